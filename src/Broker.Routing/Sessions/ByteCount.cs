namespace Broker.Sessions;

/// <summary>How many bytes something holds at this moment. Thread-safe.</summary>
public sealed class ByteCount
{
    private long _value;

    /// <summary>The bytes.</summary>
    public long Value => Volatile.Read(ref _value);

    /// <summary>Adds bytes, or takes them away when <paramref name="bytes"/> is below zero.</summary>
    public void Add(long bytes) => Interlocked.Add(ref _value, bytes);
}
