using Broker.Uris;

namespace Broker.Authorization;

/// <summary>
/// What a role may do with the URIs that a pattern matches. Of all rules of a role that match a URI one decides, whatever the others say:
/// the exact one, else the wildcard whose components are literal for longest (WAMP specification, "Pattern-based Registrations"), else the
/// longest prefix. So a wildcard undercuts a prefix however long: beside a prefix <c>com.secret.</c> that denies, a wildcard <c>com..</c> that
/// allows gives access to <c>com.secret.x</c>.
/// </summary>
public sealed record PermissionRule
{
    /// <summary>
    /// The URI or pattern. The prefix <c>""</c> matches every URI, those of the meta API included. But the procedures that end others or take
    /// from them what they hold (<c>wamp.session.kill</c>, <c>kill_by_authid</c>, <c>kill_by_authrole</c>, <c>kill_all</c>,
    /// <c>wamp.registration.remove_callee</c>, <c>wamp.subscription.remove_subscriber</c>, <c>_broker.authorizer.forget_decisions</c>) are
    /// allowed by rules only that begin with <c>wamp.</c> or <c>_broker.</c>.
    /// </summary>
    public required string Uri { get; init; }

    /// <summary>How <see cref="Uri"/> matches.</summary>
    public MatchPolicy Match { get; init; }

    /// <summary>Whether procedures may be called.</summary>
    public bool AllowCall { get; init; }

    /// <summary>Whether procedures may be registered.</summary>
    public bool AllowRegister { get; init; }

    /// <summary>Whether topics may be published to.</summary>
    public bool AllowPublish { get; init; }

    /// <summary>Whether topics may be subscribed.</summary>
    public bool AllowSubscribe { get; init; }

    /// <summary>Whether callees learn who calls, asked or not, whatever <see cref="Realms.RealmOptions.DiscloseCaller"/> says.</summary>
    public bool DiscloseCaller { get; init; }

    /// <summary>
    /// Whether subscribers learn who publishes, asked or not, whatever <see cref="Realms.RealmOptions.DisclosePublisher"/> says.
    /// </summary>
    public bool DisclosePublisher { get; init; }

    /// <summary>
    /// Crossbar.io's <c>cache</c>, kept so that its files can be read and written again. It changes nothing: rules are compiled once, and
    /// what they say is never looked up anywhere else.
    /// </summary>
    public bool Cache { get; init; }
}
