using Broker.Client.Meta;
using Broker.Client.Sessions;

namespace Broker.Client;

/// <summary>
/// A client of a WAMP router: connected, joined to a realm, ready to publish, subscribe, call and register. Thread-safe: any number of requests may be
/// under way at once, and each message leaves in the order in which its method was called.
/// </summary>
/// <example>
/// <code>
/// await using var client = await WampClient.ConnectAsync("ws://localhost:8080/ws", "realm1");
/// await client.PublishAsync("com.acme.greeting", ["Hello"]);
/// </code>
/// </example>
public sealed partial class WampClient : IAsyncDisposable
{
    private readonly ClientSession _session;

    private WampClient(ClientSession session)
    {
        _session = session;
        Meta = new WampMeta(this);
    }

    /// <summary>The session: its id, realm and roles, and what the router announced.</summary>
    public WampSession Session => _session.Facts;

    /// <summary>The router's meta API: sessions, subscriptions with their event history, registrations.</summary>
    public WampMeta Meta { get; }

    /// <summary>Tells why the session ended, by either side. Completes when the transport is closed, and never fails.</summary>
    public Task<CloseReason> Completion => _session.Completion;

    internal ClientSession Link => _session;

    /// <summary>Connects to a router and joins a realm, with the defaults of <see cref="WampClientOptions"/>.</summary>
    /// <param name="url">The router: <c>ws://host/path</c>, <c>wss://host/path</c> or <c>tcp://host:port</c>.</param>
    /// <param name="realm">The realm.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="WampConnectException">The router cannot be reached, or refuses the session.</exception>
    public static Task<WampClient> ConnectAsync(string url, string realm, CancellationToken cancellationToken = default) =>
        ConnectAsync(new WampClientOptions { Url = new Uri(url, UriKind.Absolute), Realm = realm }, cancellationToken);

    /// <summary>Connects to a router and joins a realm.</summary>
    /// <exception cref="WampConnectException">The router cannot be reached, or refuses the session.</exception>
    /// <exception cref="ArgumentException">The URL names no transport, or an authenticator cannot be used with it or with the others.</exception>
    public static async Task<WampClient> ConnectAsync(WampClientOptions options, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new WampClient(await ClientSession.OpenAsync(options, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>
    /// Leaves the realm and closes the transport: GOODBYE, then the router's answer is awaited, for <see cref="WampClientOptions.CloseTimeout"/> at most.
    /// Requests under way fail with <see cref="WampSessionClosedException"/>. Does nothing when the session has ended.
    /// </summary>
    /// <param name="cancellationToken">Cuts the transport instead of waiting.</param>
    public Task LeaveAsync(CancellationToken cancellationToken = default) => _session.LeaveAsync(cancellationToken);

    /// <summary>
    /// Leaves as <see cref="LeaveAsync"/> does. Events that wait for a handler are dropped; handlers that run are awaited for
    /// <see cref="WampClientOptions.CloseTimeout"/> at most, and not at all when one of them disposes. Never throws.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _session.Subscriber.Stop();
        await _session.LeaveAsync(CancellationToken.None).ConfigureAwait(false);
        if (HandlerScope.IsInside(_session))
        {
            return;
        }

        try
        {
            await Task.WhenAll(_session.Subscriber.Unfinished(), _session.Callee.Unfinished())
                .WaitAsync(_session.Options.CloseTimeout, _session.Options.TimeProvider)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // They know by their token that nobody waits any more.
        }
    }
}
