using System.Diagnostics.CodeAnalysis;
using System.Text;
using Broker.Ids;
using Broker.Serialization;

namespace Broker.Options;

/// <summary>
/// Reads values of Options and Details. A key that the specification defines and whose value has another type is a protocol error; unknown keys
/// are passed over whatever they hold.
/// </summary>
internal static class OptionValue
{
    /// <summary>Dicts inside a message were checked when it was parsed; only the fixed bound of the readers applies.</summary>
    public static DecodeLimits Limits { get; } = new(DecodeLimits.DepthCeiling, int.MaxValue);

    /// <summary>Whether an encoded dict has no keys, told by its first bytes where that is possible.</summary>
    public static bool IsEmptyDict(ReadOnlySpan<byte> dict) => dict.Length <= 1 || (dict.Length == 2 && dict[0] == (byte)'{');

    public static TReader Open<TReader>(ReadOnlySpan<byte> dict)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var reader = TReader.Create(dict, Limits);
        if (!reader.Read() || reader.Type != TokenType.Dict)
        {
            throw new WampProtocolException("Options and Details are a dict.");
        }

        reader.Enter();
        return reader;
    }

    public static bool Boolean<TReader>(ref TReader reader, string key)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        switch (reader.Type)
        {
            case TokenType.True:
                return true;
            case TokenType.False:
                return false;
            default:
                Throw(key, "a boolean");
                return false;
        }
    }

    public static string Text<TReader>(ref TReader reader, string key)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (reader.Type != TokenType.String)
        {
            Throw(key, "a string");
        }

        return Encoding.UTF8.GetString(reader.GetString());
    }

    public static void RequireText<TReader>(ref TReader reader, ReadOnlySpan<byte> key)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (reader.Type != TokenType.String)
        {
            Throw(Encoding.UTF8.GetString(key), "a string");
        }
    }

    public static string? TextOrNull<TReader>(ref TReader reader, string key)
        where TReader : struct, ITokenReader<TReader>, allows ref struct =>
        reader.Type == TokenType.Null ? null : Text(ref reader, key);

    public static long Id<TReader>(ref TReader reader, string key)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (!reader.TryGetInt64(out var id) || !WampId.IsValid(id))
        {
            Throw(key, "an id");
        }

        return id;
    }

    public static long NotNegative<TReader>(ref TReader reader, string key)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (!reader.TryGetInt64(out var value) || value < 0)
        {
            Throw(key, "an integer of at least 0");
        }

        return value;
    }

    public static long Positive<TReader>(ref TReader reader, string key)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (!reader.TryGetInt64(out var value) || value < 1)
        {
            Throw(key, "an integer of at least 1");
        }

        return value;
    }

    public static long[] IdList<TReader>(ref TReader reader, string key)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        EnterList(ref reader, key, "a list of ids");
        var ids = new List<long>();
        while (reader.Read())
        {
            if (!reader.TryGetInt64(out var id) || id < 0)
            {
                Throw(key, "a list of ids");
            }

            ids.Add(id);
        }

        return [.. ids];
    }

    public static string[] TextList<TReader>(ref TReader reader, string key)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        EnterList(ref reader, key, "a list of strings");
        var texts = new List<string>();
        while (reader.Read())
        {
            if (reader.Type != TokenType.String)
            {
                Throw(key, "a list of strings");
            }

            texts.Add(Encoding.UTF8.GetString(reader.GetString()));
        }

        return [.. texts];
    }

    /// <summary>The encoded bytes of a dict; null stands for absent, as some clients send it.</summary>
    public static ReadOnlyMemory<byte>? EncodedDict<TReader>(ref TReader reader, ReadOnlySpan<byte> source, string key)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (reader.Type == TokenType.Null)
        {
            return null;
        }

        if (reader.Type != TokenType.Dict)
        {
            Throw(key, "a dict");
        }

        var start = reader.ValueStart;
        reader.Skip();
        return source[start..reader.Position].ToArray();
    }

    [DoesNotReturn]
    public static void Throw(string key, string expected) => throw new WampProtocolException($"The option {key} is not {expected}.");

    private static void EnterList<TReader>(ref TReader reader, string key, string expected)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (reader.Type != TokenType.List)
        {
            Throw(key, expected);
        }

        reader.Enter();
    }
}
