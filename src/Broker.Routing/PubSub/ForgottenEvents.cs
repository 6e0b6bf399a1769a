namespace Broker.PubSub;

/// <summary>Where events are kept.</summary>
public enum EventStore
{
    /// <summary>Retained for later subscribers.</summary>
    Retained,

    /// <summary>Recorded for who asks for a history.</summary>
    History,
}

/// <summary>Counts the events of a realm that were forgotten before their time, because there was no room for more bytes. Thread-safe.</summary>
internal sealed class ForgottenEvents
{
    private readonly long[] _counts = new long[Enum.GetValues<EventStore>().Length];

    public void Add(EventStore store) => Interlocked.Increment(ref _counts[(int)store]);

    public long Of(EventStore store) => Volatile.Read(ref _counts[(int)store]);
}
