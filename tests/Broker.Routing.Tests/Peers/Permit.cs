using Broker.Authorization;
using Broker.Realms;
using Broker.Uris;

namespace Broker.Peers;

/// <summary>Short forms of rules and roles.</summary>
internal static class Permit
{
    private static readonly RealmAction[] All = Enum.GetValues<RealmAction>();

    /// <summary>How each action that is not allowed is counted.</summary>
    public static IReadOnlyList<RefusalReason> Denials { get; } =
        [RefusalReason.CallDenied, RefusalReason.RegisterDenied, RefusalReason.PublishDenied, RefusalReason.SubscribeDenied];

    public static PermissionRule Exact(string uri, params RealmAction[] actions) => Rule(uri, MatchPolicy.Exact, actions);

    public static PermissionRule Prefix(string uri, params RealmAction[] actions) => Rule(uri, MatchPolicy.Prefix, actions);

    public static PermissionRule Wildcard(string uri, params RealmAction[] actions) => Rule(uri, MatchPolicy.Wildcard, actions);

    /// <summary>A rule that allows everything below a prefix.</summary>
    public static PermissionRule AllBelow(string prefix) => Prefix(prefix, All);

    public static PermissionRule Rule(string uri, MatchPolicy match, params RealmAction[] actions) => new()
    {
        Uri = uri,
        Match = match,
        AllowCall = actions.Contains(RealmAction.Call),
        AllowRegister = actions.Contains(RealmAction.Register),
        AllowPublish = actions.Contains(RealmAction.Publish),
        AllowSubscribe = actions.Contains(RealmAction.Subscribe),
    };

    public static RoleOptions Role(string name, params PermissionRule[] rules) => new() { Name = name, Permissions = rules };

    /// <summary>A realm where the role <c>user</c>, which peers have by default, has these rules.</summary>
    public static RealmOptions Users(params PermissionRule[] rules) => new() { Roles = [Role("user", rules)] };

    /// <summary>The same and a role <c>admin</c> that may do everything.</summary>
    public static RealmOptions UsersAndAdmin(params PermissionRule[] rules) => new() { Roles = [Role("user", rules), Role("admin", AllBelow(""))] };
}
