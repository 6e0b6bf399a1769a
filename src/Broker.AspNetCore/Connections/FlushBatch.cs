namespace Broker.Connections;

/// <summary>
/// The connections that one thread has queued messages for and not flushed yet. A sender's read loop opens a batch, routes all that it has read, and
/// flushes each receiver once at the end: most of what a message costs is its flush.
/// </summary>
internal static class FlushBatch
{
    [ThreadStatic]
    private static State? _state;

    /// <summary>Opens a batch on this thread; each is closed by <see cref="Flush"/>. One inside another adds to the outer one.</summary>
    /// <param name="sender">The id of the connection whose messages are routed.</param>
    public static void Open(long sender)
    {
        var state = _state ??= new State();
        if (state.Depth++ == 0)
        {
            state.Sender = sender;
        }
    }

    /// <summary>Has <paramref name="queue"/> flushed with this thread's batch; without one, by the thread pool.</summary>
    public static void Add(OutboundQueue queue)
    {
        if (_state is { Depth: > 0 } state)
        {
            state.Dirty.Add(queue);
        }
        else
        {
            FlushLater.Add(queue);
        }
    }

    /// <summary>Closes this thread's batch and flushes its connections: at once, or later together with what other senders queue for them.</summary>
    public static void Flush()
    {
        var state = _state!;
        if (state.Depth > 1)
        {
            state.Depth--;
            return;
        }

        try
        {
            FlushAll(state);
        }
        finally
        {
            state.Dirty.Clear();
            state.Depth = 0;
        }
    }

    private static void FlushAll(State state)
    {
        // The batch stays open meanwhile: what a flush itself queues joins the end of the list.
        var now = Environment.TickCount64;
        for (var i = 0; i < state.Dirty.Count; i++)
        {
            var queue = state.Dirty[i];
            if (queue.IsCrowded(state.Sender, now))
            {
                FlushLater.Add(queue);
            }
            else
            {
                queue.Flush();
            }
        }
    }

    private sealed class State
    {
        public long Sender;
        public int Depth;
        public readonly List<OutboundQueue> Dirty = [];
    }
}
