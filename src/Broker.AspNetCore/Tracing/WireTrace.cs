using Broker.Connections;

namespace Broker.Tracing;

/// <summary>A trace that runs. Thread-safe.</summary>
/// <param name="options">What is asked for.</param>
/// <param name="until">When it ends at the latest.</param>
internal sealed class WireTrace(WampTraceOptions options, DateTimeOffset until)
{
    private int _left = options.MaxMessages;

    /// <summary>What is asked for.</summary>
    public WampTraceOptions Options { get; } = options;

    /// <summary>When it ends at the latest.</summary>
    public DateTimeOffset Until { get; } = until;

    /// <summary>Whether it has told of as many messages as it may.</summary>
    public bool IsUsedUp => Volatile.Read(ref _left) <= 0;

    /// <summary>Takes the right to tell of one more message.</summary>
    public bool TryTake() => !IsUsedUp && Interlocked.Decrement(ref _left) >= 0;

    /// <summary>Whether it is for a connection, at this moment.</summary>
    public bool IsFor(WampConnection connection) => Options.Subject switch
    {
        TraceSubject.Session => connection.SessionId != 0 && Options.Name == connection.SessionId.ToString(System.Globalization.CultureInfo.InvariantCulture),
        TraceSubject.AuthId => Options.Name == connection.AuthId,
        _ => Options.Name == connection.ConnectionId,
    };
}
