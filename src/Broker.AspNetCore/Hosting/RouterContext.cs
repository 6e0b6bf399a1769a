using System.Reflection;
using Broker.Authentication;
using Broker.Connections;
using Broker.Ids;
using Broker.Limits;
using Broker.Realms;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Broker.Hosting;

/// <summary>What all connections of one router share.</summary>
internal sealed class RouterContext
{
    private readonly IReadOnlyList<IWampAuthenticator> _anonymous;

    public RouterContext(IOptions<WampRouterOptions> options, ILoggerFactory loggers, TimeProvider time)
    {
        Options = options.Value;
        Logger = loggers.CreateLogger("Broker.Router");
        Time = new GuardedTime(time, Logger);
        _anonymous = [new AnonymousAuthenticator(fromAnywhere: Options.AllowAnonymousFromAnywhere)];
        var realms = Options.Realms.Count > 0 ? Options.Realms : new Dictionary<string, RealmOptions>(StringComparer.Ordinal) { ["realm1"] = new() };
        Router = new Router(realms, RandomIds.Shared, Time);
        Connections = new ConnectionTable();
        Metrics = new RouterMetrics(Router, Connections);
        Admission = new Admission(this);
    }

    /// <summary>What WELCOME tells of the router's software.</summary>
    public static string Agent { get; } =
        "Broker/" + typeof(RouterContext).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];

    public WampRouterOptions Options { get; }

    /// <summary>Who authenticates the sessions of a realm.</summary>
    public IReadOnlyList<IWampAuthenticator> AuthenticatorsOf(Realm realm) =>
        Options.Authenticators.TryGetValue(realm.Name, out var listed) ? listed : _anonymous;

    public ILogger Logger { get; }

    public TimeProvider Time { get; }

    public Router Router { get; }

    public ConnectionTable Connections { get; }

    public RouterMetrics Metrics { get; }

    public Admission Admission { get; }

    public AuthIdCounts AuthIds { get; } = new();
}
