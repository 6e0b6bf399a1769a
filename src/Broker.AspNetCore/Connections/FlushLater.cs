using System.Collections.Concurrent;

namespace Broker.Connections;

/// <summary>
/// Connections to be flushed by the thread pool, behind the work that is waiting there now: where many senders feed one receiver, its messages gather
/// meanwhile and leave together.
/// </summary>
internal sealed class FlushLater : IThreadPoolWorkItem
{
    private static readonly FlushLater Instance = new();
    private readonly ConcurrentQueue<OutboundQueue> _queues = new();
    private int _isScheduled;

    private FlushLater()
    {
    }

    /// <summary>Has <paramref name="queue"/> flushed soon. Thread-safe.</summary>
    public static void Add(OutboundQueue queue)
    {
        Instance._queues.Enqueue(queue);
        if (Interlocked.Exchange(ref Instance._isScheduled, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(Instance, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        // A full fence: the look into the queue must not come before others can see that they have to schedule again.
        Interlocked.Exchange(ref _isScheduled, 0);
        for (var count = _queues.Count; count > 0 && _queues.TryDequeue(out var queue); count--)
        {
            queue.Flush(); // one that has more to send comes back, and has others go first
        }
    }
}
