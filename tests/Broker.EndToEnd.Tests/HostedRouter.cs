using Broker.Realms;

namespace Broker.EndToEnd;

/// <summary>
/// A router in the test's own process, as an application embeds it: for what the program has no flags for. The test classes that need one have one
/// each.
/// </summary>
public sealed class HostedRouter : IAsyncLifetime
{
    private LoginRouter? _router;

    /// <summary>Events to topics that start so are recorded.</summary>
    internal const string HistoryPrefix = "com.example.history.";

    /// <summary>Topics and procedures that start so have the trust level 7.</summary>
    internal const string TrustedPrefix = "com.example.trusted.";

    internal Realm Realm => _router!.Realm;

    /// <summary>The address for a transport as tests name it: <c>websocket</c>, <c>batched</c> (a WebSocket, too) or <c>rawsocket</c>.</summary>
    internal string Url(string transport) => _router!.Url(transport);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _router = await LoginRouter.StartAsync(options => options.Realms[RouterProcess.Realm] = new RealmOptions
        {
            AllowMetaKill = true,
            History = [new HistoryRule { Uri = HistoryPrefix, Match = Uris.MatchPolicy.Prefix }],
            PublicationTrustLevels = [new TrustLevelRule { Uri = TrustedPrefix, Match = Uris.MatchPolicy.Prefix, Level = 7 }],
            CallTrustLevels = [new TrustLevelRule { Uri = TrustedPrefix, Match = Uris.MatchPolicy.Prefix, Level = 7 }],
        });
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _router!.DisposeAsync();
}
