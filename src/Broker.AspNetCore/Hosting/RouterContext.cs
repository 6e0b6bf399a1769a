using System.Reflection;
using Broker.Authentication;
using Broker.Authorization;
using Broker.Connections;
using Broker.Ids;
using Broker.Limits;
using Broker.Realms;
using Broker.Sessions;
using Broker.Tracing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Broker.Hosting;

/// <summary>What all connections of one router share.</summary>
internal sealed class RouterContext
{
    private static readonly IReadOnlyList<IWampAuthenticator> AnonymousFromAnywhere = [new AnonymousAuthenticator(fromAnywhere: true)];
    private static readonly IReadOnlyList<IWampAuthenticator> AnonymousFromLoopback = [new AnonymousAuthenticator(fromAnywhere: false)];
    private readonly bool _isSystemTime;
    private volatile WampRouterOptions _options;

    public RouterContext(IOptions<WampRouterOptions> options, ILoggerFactory loggers, TimeProvider time)
    {
        _options = options.Value;
        _isSystemTime = time == TimeProvider.System;
        Logger = loggers.CreateLogger("Broker.Router");
        Time = new GuardedTime(time, Logger);
        Router = new Router(Options.RealmsOrDefault, RandomIds.Shared, Time, new RouterPorts
        {
            CallEnded = (outcome, time) => Metrics!.CallEnded(outcome, time),
            ForgetDecisions = (realm, authId, authRole) => Authorizer!.Forget(question =>
                question.Realm == realm && (authId is null || question.AuthId == authId) && (authRole is null || question.AuthRole == authRole)),
        });
        Connections = new ConnectionTable();
        Traces = new Traces(Connections, Time, loggers.CreateLogger("Broker.Trace"));
        OutboundBudget = new OutboundBudget(this);
        Metrics = new RouterMetrics(Router, Connections, OutboundBudget);
        Admission = new Admission(this);
        FailedAttempts = new FailedAttempts(Time);
        RouterSessions = new RouterSessions(Router);
        Authorizer = new DynamicAuthorizer(this);
    }

    /// <summary>What WELCOME tells of the router's software.</summary>
    public static string Agent { get; } =
        "Broker/" + typeof(RouterContext).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];

    /// <summary>
    /// How the router behaves now: a snapshot, replaced as a whole. Who needs two options that belong together reads it once.
    /// </summary>
    public WampRouterOptions Options
    {
        get => _options;
        set => _options = value;
    }

    /// <summary>Who authenticates the sessions of a realm.</summary>
    public IReadOnlyList<IWampAuthenticator> AuthenticatorsOf(string realm)
    {
        var options = Options;
        return options.Authenticators.TryGetValue(realm, out var listed)
            ? listed
            : options.AllowAnonymousFromAnywhere ? AnonymousFromAnywhere : AnonymousFromLoopback;
    }

    public ILogger Logger { get; }

    public TimeProvider Time { get; }

    /// <summary>The milliseconds of a coarse clock, which costs next to nothing to read.</summary>
    public long Milliseconds => _isSystemTime ? Environment.TickCount64 : (long)Time.GetElapsedTime(0).TotalMilliseconds;

    public Router Router { get; }

    public ConnectionTable Connections { get; }

    public Traces Traces { get; }

    public OutboundBudget OutboundBudget { get; }

    public RouterMetrics Metrics { get; }

    public Admission Admission { get; }

    public AuthIdCounts AuthIds { get; } = new();

    public FailedAttempts FailedAttempts { get; }

    public KeyDerivation KeyDerivation { get; set; } = KeyDerivation.Shared;

    public RouterSessions RouterSessions { get; }

    public DynamicAuthorizer Authorizer { get; }
}
