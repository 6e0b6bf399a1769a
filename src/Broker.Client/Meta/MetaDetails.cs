using Broker.Options;
using Broker.Uris;

namespace Broker.Client.Meta;

/// <summary>A session of the realm, as <c>wamp.session.get</c> and <c>wamp.session.on_join</c> tell it.</summary>
public sealed record SessionDetails
{
    /// <summary>The session id.</summary>
    public required long Session { get; init; }

    /// <summary>Who it is; null if the router does not say.</summary>
    public string? AuthId { get; init; }

    /// <summary>Its role; null if the router does not say.</summary>
    public string? AuthRole { get; init; }

    /// <summary>How it was authenticated; null if the router does not say.</summary>
    public string? AuthMethod { get; init; }

    /// <summary>Who authenticated it; null if the router does not say.</summary>
    public string? AuthProvider { get; init; }

    /// <summary>All that the router says, as the dict <c>transport</c>.</summary>
    public required ReceivedDict Details { get; init; }
}

/// <summary>A session that left the realm (<c>wamp.session.on_leave</c>).</summary>
/// <param name="Session">The session id.</param>
/// <param name="AuthId">Who it was; null if the router does not say.</param>
/// <param name="AuthRole">Its role; null if the router does not say.</param>
public sealed record SessionLeft(long Session, string? AuthId, string? AuthRole);

/// <summary>The sessions that a router has killed.</summary>
/// <param name="Count">How many.</param>
/// <param name="Ids">Which; null if the router only counts them.</param>
public sealed record KilledSessions(int Count, IReadOnlyList<long>? Ids);

/// <summary>The ids of all subscriptions or registrations of a realm.</summary>
/// <param name="Exact">Those that match exactly.</param>
/// <param name="Prefix">Those that match by prefix.</param>
/// <param name="Wildcard">Those that match by wildcard.</param>
public sealed record IdsByMatch(IReadOnlyList<long> Exact, IReadOnlyList<long> Prefix, IReadOnlyList<long> Wildcard);

/// <summary>A subscription as the router knows it, whoever subscribed.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Created">When it was made; null if the router does not say.</param>
/// <param name="Uri">The topic, or the pattern of topics.</param>
/// <param name="Match">How the topic matches.</param>
public sealed record SubscriptionDetails(long Id, DateTimeOffset? Created, string Uri, MatchPolicy Match);

/// <summary>A registration as the router knows it, whoever registered.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Created">When it was made; null if the router does not say.</param>
/// <param name="Uri">The procedure, or the pattern of procedures.</param>
/// <param name="Match">How the procedure matches.</param>
/// <param name="Invoke">Which of several callees gets a call.</param>
public sealed record RegistrationDetails(long Id, DateTimeOffset? Created, string Uri, MatchPolicy Match, InvocationPolicy Invoke);

/// <summary>A subscription or registration was made.</summary>
/// <typeparam name="TDetails"><see cref="SubscriptionDetails"/> or <see cref="RegistrationDetails"/>.</typeparam>
/// <param name="Session">The session that was the first to subscribe or register.</param>
/// <param name="Details">The subscription or registration.</param>
public sealed record MetaCreated<TDetails>(long Session, TDetails Details);

/// <summary>A session came to or left a subscription or registration, or left it as the last.</summary>
/// <param name="Session">The session.</param>
/// <param name="Id">The id of the subscription or registration.</param>
public sealed record MetaChange(long Session, long Id);
