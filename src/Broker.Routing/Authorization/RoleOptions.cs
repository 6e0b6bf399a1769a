using System.Text;
using Broker.Uris;

namespace Broker.Authorization;

/// <summary>
/// What the sessions of one <c>authrole</c> may do in a realm. What no rule speaks of is denied, unless the role has an authorizer.
/// </summary>
public sealed record RoleOptions
{
    /// <summary>The <c>authrole</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The rules, in any order: which one decides depends on how they match.</summary>
    public IReadOnlyList<PermissionRule> Permissions { get; init; } = [];

    /// <summary>
    /// The procedure that decides what no rule speaks of; null: nobody does, and it is denied. Who registers it needs a rule for that: an
    /// authorizer is not asked about itself.
    /// </summary>
    public string? Authorizer { get; init; }

    /// <summary>How much each session may send; null: as much as it likes.</summary>
    public RateLimit? Rate { get; init; }

    /// <summary>What the rules say about one URI, as when a session asks for it. Compiles them: not for the path of messages.</summary>
    /// <param name="action">What is done.</param>
    /// <param name="uri">The URI.</param>
    /// <exception cref="ArgumentException">A rule is of no use; the message says which and why.</exception>
    public DecisionOutcome Decide(RealmAction action, string uri) =>
        new PermissionSet(this, UriRules.Default).Covers(action, Encoding.UTF8.GetBytes(uri), MatchPolicy.Exact);

    /// <summary>Whether the role has an authorizer.</summary>
    public bool AllowDynamic => Authorizer is not null;
}
