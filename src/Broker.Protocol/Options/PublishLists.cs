using Broker.Messages;
using Broker.Serialization;

namespace Broker.Options;

/// <summary>
/// The lists of PUBLISH.Options that say who may get the event (WAMP specification, "Subscriber Black- and Whitelisting"). A list that is null is not there;
/// an empty <c>eligible</c> list admits nobody.
/// </summary>
internal sealed class PublishLists
{
    private const int ItemSize = 40; // in the list and in its hash table, about

    /// <summary><c>exclude</c>: session ids.</summary>
    public long[]? Exclude { get; private set; }

    /// <summary><c>exclude_authid</c>.</summary>
    public string[]? ExcludeAuthId { get; private set; }

    /// <summary><c>exclude_authrole</c>.</summary>
    public string[]? ExcludeAuthRole { get; private set; }

    /// <summary><c>eligible</c>: session ids.</summary>
    public long[]? Eligible { get; private set; }

    /// <summary><c>eligible_authid</c>.</summary>
    public string[]? EligibleAuthId { get; private set; }

    /// <summary><c>eligible_authrole</c>.</summary>
    public string[]? EligibleAuthRole { get; private set; }

    /// <summary>About how many bytes the lists hold, once they are in use (<c>BlackWhiteLists</c> of the broker hashes long ones).</summary>
    public int Size =>
        SizeOf(Exclude) + SizeOf(Eligible) + SizeOf(ExcludeAuthId) + SizeOf(ExcludeAuthRole) + SizeOf(EligibleAuthId) + SizeOf(EligibleAuthRole);

    /// <summary>Reads the current value into <paramref name="lists"/> if <paramref name="key"/> names one of them.</summary>
    /// <exception cref="WampProtocolException">It is no list of ids or strings.</exception>
    internal static bool TryRead<TReader>(ref TReader reader, ReadOnlySpan<byte> key, ref PublishLists? lists)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (!key.StartsWith("e"u8))
        {
            return false;
        }

        if (key.SequenceEqual("exclude"u8))
        {
            (lists ??= new()).Exclude = OptionValue.IdList(ref reader, "exclude");
        }
        else if (key.SequenceEqual("exclude_authid"u8))
        {
            (lists ??= new()).ExcludeAuthId = OptionValue.TextList(ref reader, "exclude_authid");
        }
        else if (key.SequenceEqual("exclude_authrole"u8))
        {
            (lists ??= new()).ExcludeAuthRole = OptionValue.TextList(ref reader, "exclude_authrole");
        }
        else if (key.SequenceEqual("eligible"u8))
        {
            (lists ??= new()).Eligible = OptionValue.IdList(ref reader, "eligible");
        }
        else if (key.SequenceEqual("eligible_authid"u8))
        {
            (lists ??= new()).EligibleAuthId = OptionValue.TextList(ref reader, "eligible_authid");
        }
        else if (key.SequenceEqual("eligible_authrole"u8))
        {
            (lists ??= new()).EligibleAuthRole = OptionValue.TextList(ref reader, "eligible_authrole");
        }
        else
        {
            return false;
        }

        return true;
    }

    private static int SizeOf(long[]? ids) => (ids?.Length ?? 0) * ItemSize;

    private static int SizeOf(string[]? texts) => texts?.Sum(static text => ItemSize + OptionText.SizeOf(text)) ?? 0;
}
