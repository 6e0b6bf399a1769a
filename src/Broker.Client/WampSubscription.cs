using Broker.Client.Sessions;
using Broker.Uris;

namespace Broker.Client;

/// <summary>A handler's subscription. Lasts until it is disposed or the session ends. Thread-safe.</summary>
public sealed class WampSubscription : IAsyncDisposable
{
    private readonly ClientSession _session;
    private readonly TaskCompletionSource<Revocation> _revoked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isDisposed;

    internal WampSubscription(ClientSession session, string topic, SubscribeOptions options, Func<WampEvent, CancellationToken, ValueTask> handler)
    {
        _session = session;
        Topic = topic;
        Options = options;
        Events = new EventQueue(session, handler, options.Seen, exception => session.ReportFailure(topic, exception));
    }

    /// <summary>The topic, or the pattern of topics.</summary>
    public string Topic { get; }

    /// <summary>How the topic matches.</summary>
    public MatchPolicy Match => Options.Match;

    /// <summary>How it was subscribed.</summary>
    public SubscribeOptions Options { get; }

    /// <summary>The router's id of the subscription, which several handlers may share.</summary>
    public long Id { get; internal set; }

    /// <summary>
    /// How many events were dropped because their payload could not be unpacked: no codec, another key, or tampered with. Each is also told
    /// to <see cref="WampClientOptions.HandlerFailed"/>.
    /// </summary>
    public long Unreadable => Events.Unreadable;

    internal EventQueue Events { get; }

    /// <summary>Completes when the router takes the subscription away; never otherwise. See <see cref="WampClientOptions.Revoked"/>, too.</summary>
    public Task<Revocation> Revoked => _revoked.Task;

    internal bool IsStopped => Volatile.Read(ref _isDisposed) != 0;

    /// <summary>
    /// Unsubscribes. No event is handed over from here on; a handler that runs goes on. Completes when the router has confirmed, if this was the last
    /// handler, or when <see cref="WampClientOptions.CloseTimeout"/> is over. Never throws, and does nothing when the session has ended.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return default;
        }

        Events.Stop();
        return _session.Subscriber.UnsubscribeAsync(this);
    }

    internal void SetRevoked(Revocation revocation) => _revoked.TrySetResult(revocation);
}
