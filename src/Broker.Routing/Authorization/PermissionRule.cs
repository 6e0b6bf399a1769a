using Broker.Uris;

namespace Broker.Authorization;

/// <summary>
/// What a role may do with the URIs that a pattern matches. Of all rules of a role that match a URI one decides, whatever the others say:
/// the exact one, else the wildcard whose components are literal for longest (WAMP specification, "Pattern-based Registrations"), else the
/// longest prefix.
/// </summary>
public sealed record PermissionRule
{
    /// <summary>The URI or pattern. The prefix <c>""</c> matches every URI, those of the meta API included.</summary>
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
