using Broker.Client.Sessions;

namespace Broker.Client;

/// <summary>A registered procedure. Lasts until it is disposed or the session ends. Thread-safe.</summary>
public sealed class WampRegistration : IAsyncDisposable
{
    private readonly ClientSession _session;
    private readonly TaskCompletionSource<Revocation> _revoked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isDisposed;

    internal WampRegistration(
        ClientSession session, string procedure, RegisterOptions options, Func<WampInvocation, CancellationToken, ValueTask<WampArguments?>> handler)
    {
        _session = session;
        Procedure = procedure;
        Options = options;
        Handler = handler;
    }

    /// <summary>The procedure, or the pattern of procedures.</summary>
    public string Procedure { get; }

    /// <summary>How it was registered.</summary>
    public RegisterOptions Options { get; }

    /// <summary>The router's id of the registration.</summary>
    public long Id { get; internal set; }

    internal Func<WampInvocation, CancellationToken, ValueTask<WampArguments?>> Handler { get; }

    /// <summary>Completes when the router takes the registration away; never otherwise. See <see cref="WampClientOptions.Revoked"/>, too.</summary>
    public Task<Revocation> Revoked => _revoked.Task;

    internal bool IsDisposed => Volatile.Read(ref _isDisposed) != 0;

    /// <summary>
    /// Unregisters. Invocations under way go on, and those that the router had sent before are still answered. Completes when the router has confirmed,
    /// or when <see cref="WampClientOptions.CloseTimeout"/> is over. Never throws, and does nothing when the session has ended.
    /// </summary>
    public ValueTask DisposeAsync() =>
        Interlocked.Exchange(ref _isDisposed, 1) == 0 ? _session.Callee.UnregisterAsync(this) : default;

    internal void SetRevoked(Revocation revocation) => _revoked.TrySetResult(revocation);
}
