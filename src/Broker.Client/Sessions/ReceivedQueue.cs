using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Broker.Client.Sessions;

/// <summary>
/// Progressive results that wait for their caller, or chunks of arguments that wait for their handler, in order. When they are as many as
/// <see cref="WampClientOptions.ReceiveBuffer"/> the session stops reading, unless somebody waits for a reply: whoever takes from here may be the one.
/// </summary>
internal sealed class ReceivedQueue<T>(ClientSession session)
{
    private readonly Channel<T> _items = Channel.CreateUnbounded<T>(new UnboundedChannelOptions { SingleReader = true });
    private readonly int _limit = session.Options.ReceiveBuffer;
    private volatile TaskCompletionSource? _room;
    private volatile bool _isStopped;
    private int _count;

    /// <summary>Adds an item; waits while there are too many. Called on the receive loop.</summary>
    public ValueTask AddAsync(T item)
    {
        if (!_items.Writer.TryWrite(item))
        {
            return default; // nobody takes any more
        }

        return Interlocked.Increment(ref _count) <= _limit ? default : WaitForRoomAsync();
    }

    /// <summary>No more items come; those that wait are still handed over.</summary>
    public void Complete() => _items.Writer.TryComplete();

    /// <summary>No more items are handed over.</summary>
    public void Stop()
    {
        _isStopped = true;
        Complete();
        _room?.TrySetResult();
    }

    /// <summary>Hands over what comes until the queue ends. One reader at a time.</summary>
    public async IAsyncEnumerable<T> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            while (!_isStopped && _items.Reader.TryRead(out var item))
            {
                if (Interlocked.Decrement(ref _count) <= _limit)
                {
                    _room?.TrySetResult();
                }

                yield return item;
            }

            if (_isStopped || !await WaitAsync(cancellationToken).ConfigureAwait(false))
            {
                yield break;
            }
        }
    }

    private async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        using var waiting = HandlerScope.BeginWait(session);
        return await _items.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask WaitForRoomAsync()
    {
        var room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _room = room;
        if (Volatile.Read(ref _count) > _limit && !_isStopped)
        {
            await using var closing = session.Closing.UnsafeRegister(static room => ((TaskCompletionSource)room!).TrySetResult(), room).ConfigureAwait(false);
            await Task.WhenAny(room.Task, session.Waits.Waiting).ConfigureAwait(false);
        }

        _room = null;
    }
}
