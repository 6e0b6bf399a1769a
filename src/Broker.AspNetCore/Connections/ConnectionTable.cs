using System.Collections.Concurrent;

namespace Broker.Connections;

/// <summary>All connections of a router. Thread-safe.</summary>
internal sealed class ConnectionTable
{
    private readonly ConcurrentDictionary<WampConnection, byte> _connections = new();
    private TaskCompletionSource? _empty;

    /// <summary>How many there are.</summary>
    public int Count => _connections.Count;

    /// <summary>They, in no order. Those that come or go meanwhile may or may not show.</summary>
    public IEnumerable<WampConnection> All => _connections.Select(entry => entry.Key);

    /// <summary>True once the router shuts down: who comes now is sent away at once.</summary>
    public bool IsClosing => Volatile.Read(ref _empty) is not null;

    public void Add(WampConnection connection)
    {
        _connections[connection] = 0;
        if (IsClosing)
        {
            connection.RequestEnd(new Ending(DisconnectReason.SystemShutdown, "The router shuts down."));
        }
    }

    public void Remove(WampConnection connection)
    {
        _connections.TryRemove(connection, out _);
        if (IsClosing && _connections.IsEmpty)
        {
            _empty!.TrySetResult();
        }
    }

    /// <summary>Lets every connection see to its timeouts.</summary>
    public void Tick()
    {
        foreach (var (connection, _) in _connections)
        {
            connection.Tick();
        }
    }

    /// <summary>Ends the sessions of clients that would not be let in any more.</summary>
    public void CheckAcceptance()
    {
        foreach (var (connection, _) in _connections)
        {
            connection.CheckAcceptance();
        }
    }

    /// <summary>Asks every connection to end; completes when all have.</summary>
    public Task CloseAsync()
    {
        var empty = Interlocked.CompareExchange(ref _empty, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null) ?? _empty;
        foreach (var (connection, _) in _connections)
        {
            connection.RequestEnd(new Ending(DisconnectReason.SystemShutdown, "The router shuts down."));
        }

        if (_connections.IsEmpty)
        {
            empty!.TrySetResult();
        }

        return empty!.Task;
    }
}
