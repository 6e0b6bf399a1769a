using Broker.Messages;

namespace Broker.Hosting;

/// <summary>How many messages of each type, and how many bytes. One thread writes; others may read, and see each number as it was a moment ago.</summary>
internal sealed class TrafficCounts
{
    /// <summary>How many types are told apart: the codes of the specification's messages end at 70. What belongs to extensions counts as type 0.</summary>
    public const int Types = 72;

    private readonly long[] _messages = new long[Types];
    private long _bytes;

    /// <summary>The bytes of all messages.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>How many messages of a type.</summary>
    public long Of(int type) => Volatile.Read(ref _messages[type]);

    /// <summary>Adds one message.</summary>
    public void Add(MessageType type, int bytes)
    {
        _messages[(uint)type < Types ? (int)type : 0]++;
        _bytes += bytes;
    }

    /// <summary>Adds what another one has counted.</summary>
    public void Add(TrafficCounts other)
    {
        for (var type = 0; type < Types; type++)
        {
            _messages[type] += other.Of(type);
        }

        _bytes += other.Bytes;
    }
}
