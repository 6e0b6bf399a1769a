namespace Broker.Connections;

/// <summary>
/// The connections that one thread has queued messages for and not flushed yet. A sender's read loop opens a batch, routes all that it has read, and
/// flushes each receiver once at the end: most of what a message costs is its flush.
/// </summary>
internal static class FlushBatch
{
    [ThreadStatic]
    private static State? _state;

    /// <summary>Opens a batch on this thread; every batch is closed by <see cref="Flush"/>.</summary>
    public static void Open() => (_state ??= new State()).IsOpen = true;

    /// <summary>Has <paramref name="queue"/> flushed with this thread's batch; without one, by the thread pool.</summary>
    public static void Add(OutboundQueue queue)
    {
        if (_state is { IsOpen: true } state)
        {
            state.Dirty.Add(queue);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(queue, preferLocal: false);
        }
    }

    /// <summary>Flushes all connections of this thread's batch and closes it.</summary>
    public static void Flush()
    {
        var state = _state!;
        state.IsOpen = false;
        foreach (var queue in state.Dirty)
        {
            queue.Flush();
        }

        state.Dirty.Clear();
    }

    private sealed class State
    {
        public bool IsOpen;
        public readonly List<OutboundQueue> Dirty = [];
    }
}
