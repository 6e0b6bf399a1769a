using Broker.Configuration.Keys;
using Broker.Configuration.Sections;

namespace Broker.Configuration;

/// <summary>The whole configuration of the program. Immutable.</summary>
internal sealed record BrokerConfiguration
{
    /// <summary>Where clients connect.</summary>
    [Key("Where clients connect. Each listener serves WebSocket and RawSocket.", NeedsRestart = true)]
    public IReadOnlyList<ListenerSection> Listeners { get; init; } = [];

    /// <summary>Whether anonymous sessions are taken from everywhere.</summary>
    [Key(
        "Whether sessions without authentication are taken from every address, not only from loopback addresses, in realms that configure "
        + "no authentication. Without it the router refuses to listen on other addresses for such realms.")]
    public bool AllowAnonymous { get; init; }

    /// <summary>The listener for operators.</summary>
    [Key("The listener for operators: health and metrics. null: there is none.", NeedsRestart = true)]
    public OpsSection? Ops { get; init; } = new();

    /// <summary>What is logged.</summary>
    [Key("What is logged, and how.")]
    public LogSection Log { get; init; } = new();

    /// <summary>Bounds of what clients can ask for.</summary>
    [Key("Bounds of what clients can ask for.")]
    public LimitsSection Limits { get; init; } = new();

    /// <summary>How authorizers are asked.</summary>
    [Key("How the authorizers of roles are asked, and how long their answers are remembered. A reload forgets all answers.")]
    public AuthorizerSection Authorizer { get; init; } = new();

    /// <summary>How dead connections are found.</summary>
    [Key("How connections are found whose peer is gone.")]
    public KeepAliveSection KeepAlive { get; init; } = new();

    /// <summary>How long a closing peer may take.</summary>
    [Key("How long a closing peer may take to say goodbye.", Min = "1ms", Max = "1d")]
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The realms.</summary>
    [Key("The realms that sessions can join.")]
    public IReadOnlyList<RealmSection> Realms { get; init; } = [];
}
