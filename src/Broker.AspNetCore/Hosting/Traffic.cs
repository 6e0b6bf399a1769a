using Broker.Messages;

namespace Broker.Hosting;

/// <summary>
/// Counts the messages and bytes of this process, by type and direction. Each thread counts for itself, which costs next to nothing; who asks for the sums adds up
/// what all threads have counted. Thread-safe.
/// </summary>
internal static class Traffic
{
    private static readonly Lock _gate = new();
    private static readonly List<Tally> _tallies = []; // of the threads that run
    private static readonly Tally _gone = new(); // of those that have ended

    [ThreadStatic]
    private static Tally? _tally;

    /// <summary>A message came.</summary>
    public static void Received(MessageType type, int bytes) => (_tally ?? Enter()).Received.Add(type, bytes);

    /// <summary>A message was queued for a peer; an EVENT that had to wait, and might have been dropped meanwhile, left the queue.</summary>
    public static void Sent(MessageType type, int bytes) => (_tally ?? Enter()).Sent.Add(type, bytes);

    /// <summary>The messages of each type that occurred.</summary>
    public static IEnumerable<(MessageType Type, long Count)> Messages(bool sent)
    {
        var sum = Sum(sent);
        for (var type = 0; type < TrafficCounts.Types; type++)
        {
            if (sum.Of(type) is > 0 and var count)
            {
                yield return ((MessageType)type, count);
            }
        }
    }

    /// <summary>The bytes of all messages, without the framing.</summary>
    public static long Bytes(bool sent) => Sum(sent).Bytes;

    private static TrafficCounts Sum(bool sent)
    {
        var sum = new TrafficCounts();
        lock (_gate)
        {
            ForgetEndedThreads();
            foreach (var tally in _tallies.Append(_gone))
            {
                sum.Add(sent ? tally.Sent : tally.Received);
            }
        }

        return sum;
    }

    /// <summary>This thread counts from now on.</summary>
    private static Tally Enter()
    {
        var tally = _tally = new Tally();
        lock (_gate)
        {
            ForgetEndedThreads(); // for where nobody ever asks for the sums
            _tallies.Add(tally);
        }

        return tally;
    }

    private static void ForgetEndedThreads() => _tallies.RemoveAll(static tally =>
    {
        if (tally.Thread.IsAlive)
        {
            return false;
        }

        _gone.Received.Add(tally.Received);
        _gone.Sent.Add(tally.Sent);
        return true;
    });

    private sealed class Tally
    {
        public readonly Thread Thread = Thread.CurrentThread;
        public readonly TrafficCounts Received = new();
        public readonly TrafficCounts Sent = new();
    }
}
