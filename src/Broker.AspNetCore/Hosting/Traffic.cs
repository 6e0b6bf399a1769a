using Broker.Messages;

namespace Broker.Hosting;

/// <summary>
/// Counts the messages and bytes of this process, by type and direction. Each thread counts for itself, which costs next to nothing, and adds what it has counted to the
/// totals when its batch of messages is routed.
/// </summary>
internal static class Traffic
{
    private const int Types = 72; // the codes of the specification's messages end at 70
    private static readonly long[] _received = new long[Types + 1]; // the last: bytes
    private static readonly long[] _sent = new long[Types + 1];

    [ThreadStatic]
    private static Tally? _tally;

    /// <summary>A message came.</summary>
    public static void Received(MessageType type, int bytes) => Count((_tally ??= new Tally()).Received, type, bytes);

    /// <summary>A message was queued for a peer.</summary>
    public static void Sent(MessageType type, int bytes) => Count((_tally ??= new Tally()).Sent, type, bytes);

    /// <summary>Adds what this thread has counted to the totals.</summary>
    public static void Fold()
    {
        if (_tally is { } tally)
        {
            Fold(tally.Received, _received);
            Fold(tally.Sent, _sent);
        }
    }

    /// <summary>The messages of each type that occurred.</summary>
    public static IEnumerable<(MessageType Type, long Count)> Messages(bool sent)
    {
        var totals = sent ? _sent : _received;
        for (var type = 0; type < Types; type++)
        {
            if (Volatile.Read(ref totals[type]) is > 0 and var count)
            {
                yield return ((MessageType)type, count);
            }
        }
    }

    /// <summary>The bytes of all messages, without the framing.</summary>
    public static long Bytes(bool sent) => Volatile.Read(ref (sent ? _sent : _received)[Types]);

    private static void Count(long[] counts, MessageType type, int bytes)
    {
        counts[(uint)type < Types ? (int)type : 0]++; // what belongs to extensions counts as 0
        counts[Types] += bytes;
    }

    private static void Fold(long[] counts, long[] totals)
    {
        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] != 0)
            {
                Interlocked.Add(ref totals[i], counts[i]);
                counts[i] = 0;
            }
        }
    }

    private sealed class Tally
    {
        public readonly long[] Received = new long[Types + 1];
        public readonly long[] Sent = new long[Types + 1];
    }
}
