using Broker.Serialization;

namespace Broker.Options;

/// <summary>
/// What a caller says of the shard that is to answer: keys of sharded registrations, whose meaning the specification leaves unwritten. The router passes them on to
/// the callee. Most messages have none of them: then there is no such object.
/// </summary>
public sealed record ShardKeys
{
    /// <summary><c>runmode</c>, such as <c>partition</c>; or null.</summary>
    public string? RunMode { get; init; }

    /// <summary><c>rkey</c>: the resource that the call is about, or null.</summary>
    public string? ResourceKey { get; init; }

    /// <summary>Writes the keys that are there into the open dict.</summary>
    /// <returns>How many keys were written.</returns>
    public int WriteEntries<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter> =>
        DictEntry.Text(ref writer, "runmode"u8, RunMode) + DictEntry.Text(ref writer, "rkey"u8, ResourceKey);

    /// <summary>The name of a key whose text has more bytes in UTF-8 than <paramref name="most"/>, or null.</summary>
    internal string? KeyLongerThan(int most) =>
        OptionText.IsLonger(ResourceKey, most) ? "rkey" : OptionText.IsLonger(RunMode, most) ? "runmode" : null;

    /// <summary>Reads the current value into <paramref name="keys"/> if <paramref name="key"/> is one of these.</summary>
    internal static bool TryRead<TReader>(ref TReader reader, ReadOnlySpan<byte> key, ref ShardKeys? keys)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (key.SequenceEqual("runmode"u8))
        {
            keys = (keys ?? new ShardKeys()) with { RunMode = OptionValue.Text(ref reader, "runmode") };
            return true;
        }

        if (key.SequenceEqual("rkey"u8))
        {
            keys = (keys ?? new ShardKeys()) with { ResourceKey = OptionValue.Text(ref reader, "rkey") };
            return true;
        }

        return false;
    }
}
