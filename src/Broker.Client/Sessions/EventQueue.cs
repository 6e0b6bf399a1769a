using System.Threading.Channels;

namespace Broker.Client.Sessions;

/// <summary>The events that wait for one handler, and the loop that hands them over one by one, in order (SUB-05).</summary>
internal sealed class EventQueue
{
    private readonly Channel<WampEvent> _events;
    private readonly HandlerScope _scope;
    private readonly Func<WampEvent, CancellationToken, ValueTask> _handler;
    private readonly SeenPublications? _seen;
    private readonly Action<Exception> _failed;
    private volatile bool _isStopped;
    private long _dropped; // touched by the receive loop only
    private long _unreadable;

    public EventQueue(
        ClientSession session, Func<WampEvent, CancellationToken, ValueTask> handler, SeenPublications? seen, Action<Exception> failed)
    {
        _scope = new HandlerScope(session);
        _handler = handler;
        _seen = seen;
        _failed = failed;
        _events = Channel.CreateBounded<WampEvent>(
            new BoundedChannelOptions(session.Options.ReceiveBuffer) { SingleReader = true, SingleWriter = true });
    }

    /// <summary>How many events were dropped because they could not be unpacked.</summary>
    public long Unreadable => Interlocked.Read(ref _unreadable);

    /// <summary>Adds an event; waits while there is no room, except when the handler itself waits for this session.</summary>
    /// <param name="published">The event.</param>
    /// <param name="closing">Ends the wait.</param>
    public ValueTask AddAsync(WampEvent published, CancellationToken closing) => TryAdd(published) ? default : WaitAsync(published, closing);

    /// <summary>Hands over what comes until the queue ends. Never throws.</summary>
    public async Task RunAsync(CancellationToken sessionEnded)
    {
        _scope.Enter();
        var missed = 0L; // the gap of events that were passed over
        while (await _events.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            while (!_isStopped && _events.Reader.TryRead(out var published))
            {
                if (!TryOpen(published) || _seen?.TryAdd(published.PublicationId) == false)
                {
                    missed += published.Gap;
                    continue;
                }

                if (missed > 0)
                {
                    published = published.AfterDropping(missed);
                    missed = 0;
                }

                try
                {
                    await _handler(published, sessionEnded).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (sessionEnded.IsCancellationRequested)
                {
                    // What the token is for.
                }
                catch (Exception e)
                {
                    _failed(e);
                }
            }

            if (_isStopped)
            {
                return;
            }
        }
    }

    /// <summary>No more events come; those that wait are still handed over.</summary>
    public void Complete() => _events.Writer.TryComplete();

    /// <summary>No more events are handed over.</summary>
    public void Stop()
    {
        _isStopped = true;
        Complete();
    }

    /// <summary>Unpacks an event; one that cannot be is dropped, counted and told (PPT-13).</summary>
    private bool TryOpen(WampEvent published)
    {
        try
        {
            published.Open();
            return true;
        }
        catch (WampArgumentException e)
        {
            Interlocked.Increment(ref _unreadable);
            _failed(e);
            return false;
        }
    }

    private bool TryAdd(WampEvent published)
    {
        if (_isStopped)
        {
            return true;
        }

        if (!_events.Writer.TryWrite(_dropped == 0 ? published : published.AfterDropping(_dropped)))
        {
            return false;
        }

        _dropped = 0;
        return true;
    }

    private async ValueTask WaitAsync(WampEvent published, CancellationToken closing)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(closing);
        try
        {
            while (!TryAdd(published))
            {
                var room = _events.Writer.WaitToWriteAsync(stop.Token).AsTask();
                if (await Task.WhenAny(room, _scope.Waiting).ConfigureAwait(false) != room)
                {
                    _dropped++;
                    return;
                }

                if (!await room.ConfigureAwait(false))
                {
                    return; // the queue has ended
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The session closes: events are ignored from here on.
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }
    }
}
