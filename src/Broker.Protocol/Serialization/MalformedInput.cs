using System.Diagnostics.CodeAnalysis;

namespace Broker.Serialization;

/// <summary>Throws for the binary readers; apart from them so that their loops stay small.</summary>
internal static class MalformedInput
{
    [DoesNotReturn]
    public static void ThrowEndsEarly() => throw new WampProtocolException("The input ends inside of a value.");

    [DoesNotReturn]
    public static void ThrowTrailingBytes(int position) =>
        throw new WampProtocolException($"Bytes follow the value that ended at offset {position}.");

    [DoesNotReturn]
    public static void ThrowTooLong(int position) =>
        throw new WampProtocolException($"The length before offset {position} exceeds the input.");

    [DoesNotReturn]
    public static void ThrowTooDeep(int maxDepth) =>
        throw new WampProtocolException($"Lists and dicts are nested deeper than {maxDepth} levels.") { IsTooDeep = true };

    [DoesNotReturn]
    public static void ThrowInvalidUtf8(int position) =>
        throw new WampProtocolException($"The string at offset {position} is not valid UTF-8.");

    [DoesNotReturn]
    public static void ThrowKeyIsNoString(int position) =>
        throw new WampProtocolException($"The dict key at offset {position} is not a string.");

    [DoesNotReturn]
    public static void ThrowUnexpectedType(TokenType expected, TokenType actual) =>
        throw new WampProtocolException($"A value is of type {actual}, not {expected}.");

    [DoesNotReturn]
    public static void ThrowUnsupported(string what, int position) => throw new WampProtocolException($"{what} at offset {position}.");

    /// <summary>Not the input's fault but the caller's.</summary>
    [DoesNotReturn]
    public static void ThrowNotInDict() => throw new InvalidOperationException("No dict is open.");

    /// <summary>Not the input's fault but the caller's.</summary>
    [DoesNotReturn]
    public static void ThrowNotAContainer() => throw new InvalidOperationException("The current value is neither a list nor a dict.");
}
