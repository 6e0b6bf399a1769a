using Broker.Uris;

namespace Broker.Authorization;

/// <summary>
/// Whether a session may do what one message asks for. <see cref="Realms.Realm.Decide"/> makes it from one whole set of rules, and <see
/// cref="Realms.Realm.Route(Sessions.Session, in Messages.WampMessage, in Decision)"/> takes it together with that message. One that is
/// <see cref="DecisionOutcome.Unknown"/> is settled between the two by <see cref="Answer"/> or <see cref="Fail"/>; routed as it is, it
/// counts as failed. The default value denies.
/// </summary>
public readonly struct Decision
{
    internal Decision(PermissionSet? permissions, RealmAction action, DecisionOutcome outcome, bool discloses)
    {
        Permissions = permissions;
        Action = action;
        Outcome = outcome;
        Discloses = discloses;
    }

    /// <summary>What was decided.</summary>
    public DecisionOutcome Outcome { get; }

    /// <summary>What the message asks for.</summary>
    public RealmAction Action { get; }

    /// <summary>How the URI of SUBSCRIBE or REGISTER matches; for all else <see cref="MatchPolicy.Exact"/>.</summary>
    public MatchPolicy Match { get; init; }

    /// <summary>Whether the receivers of the message learn who sent it, whatever its options say.</summary>
    public bool Discloses { get; }

    /// <summary>The procedure to ask if the outcome is <see cref="DecisionOutcome.Unknown"/>.</summary>
    public string? Authorizer => Permissions?.Authorizer;

    /// <summary>Where nothing is to be decided: in a realm without roles, and for messages that need no permission (AZN-06).</summary>
    internal static Decision Unrestricted => new(null, default, DecisionOutcome.Allowed, discloses: false);

    /// <summary>The rules that decided; null where there are none.</summary>
    internal PermissionSet? Permissions { get; }

    /// <summary>What the session is told when it may not: a URI and a sentence.</summary>
    internal (string Error, string Text) Refusal => Outcome == DecisionOutcome.Denied
        ? (ErrorUris.NotAuthorized, Action switch
        {
            RealmAction.Call => "The session's role may not call this procedure.",
            RealmAction.Register => "The session's role may not register this procedure, or not all that the pattern matches.",
            RealmAction.Publish => "The session's role may not publish to this topic.",
            _ => "The session's role may not subscribe this topic, or not all that the pattern matches.",
        })
        : (ErrorUris.AuthorizationFailed, "The authorizer of the session's role did not say whether this is allowed.");

    internal bool IsAllowed => Outcome == DecisionOutcome.Allowed;

    /// <summary>This decision with the authorizer's answer.</summary>
    /// <param name="isAllowed">Whether it allows it.</param>
    /// <param name="discloses">Whether it wants the sender to be disclosed.</param>
    public Decision Answer(bool isAllowed, bool discloses = false) =>
        new(Permissions, Action, isAllowed ? DecisionOutcome.Allowed : DecisionOutcome.Denied, discloses);

    /// <summary>This decision after the authorizer has failed to answer: nothing is allowed.</summary>
    public Decision Fail() => new(Permissions, Action, DecisionOutcome.Failed, discloses: false);
}
