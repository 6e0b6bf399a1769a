using Broker.EndToEnd;

[assembly: AssemblyFixture(typeof(SharedRouter))]

namespace Broker.EndToEnd;

/// <summary>
/// The one router that all tests share, except those that stop it. Tests keep out of each other's way by <see cref="NewUri"/>.
/// After the last test the router must end in good order: whatever the peers did, it is still there.
/// </summary>
public sealed class SharedRouter : IAsyncLifetime
{
    private RouterProcess? _router;

    internal string WebSocketUrl => _router!.WebSocketUrl;

    internal string RawSocketUrl => _router!.RawSocketUrl;

    /// <summary>A URI that no other test uses.</summary>
    internal static string NewUri() => $"com.example.test{Guid.NewGuid():N}";

    /// <summary>The address for a transport as tests name it: <c>websocket</c>, <c>batched</c> (a WebSocket, too) or <c>rawsocket</c>.</summary>
    internal string Url(string transport) => transport == "rawsocket" ? RawSocketUrl : WebSocketUrl;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _router = await RouterProcess.StartAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_router is null)
            return;

        await using (_router)
            await _router.StopAsync();
    }
}
