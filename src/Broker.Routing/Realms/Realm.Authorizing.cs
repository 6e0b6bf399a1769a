using Broker.Authorization;
using Broker.Messages;
using Broker.Options;
using Broker.Patterns;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Realms;

/// <content>Who may do what (WAMP specification, "Authorization").</content>
public sealed partial class Realm
{
    /// <summary>Whether sessions can have this <c>authrole</c>: any, where the realm names no roles.</summary>
    public bool HasRole(string name) => Volatile.Read(ref _policy).HasRole(name);

    /// <summary>
    /// Whether a session may do what its message asks for, by one whole set of rules. To be called on the session's read loop for the
    /// message that is routed next, which <see cref="Route(Session, in WampMessage, in Decision)"/> then takes together with the decision.
    /// Changes nothing.
    /// </summary>
    /// <remarks>
    /// Where the outcome is <see cref="DecisionOutcome.Unknown"/>, ask <see cref="Decision.Authorizer"/>, and route none of the session's
    /// messages until it has answered.
    /// </remarks>
    /// <exception cref="WampProtocolException">The message breaks the protocol; the session must end.</exception>
    public Decision Decide(Session session, scoped in WampMessage message)
    {
        if (session.Permissions is null)
        {
            return Decision.Unrestricted;
        }

        switch (message.Type)
        {
            case MessageType.Publish:
                return DecideOn(session, RealmAction.Publish, message);
            case MessageType.Call:
                return DecideOn(session, RealmAction.Call, message);
            case MessageType.Subscribe:
                return DecideOn(session, RealmAction.Subscribe, message, SubscribeOptions.Parse(session.Serializer, message.Dict).Match);
            case MessageType.Register:
                return DecideOn(session, RealmAction.Register, message, RegisterOptions.Parse(session.Serializer, message.Dict).Match);
            default:
                return Decision.Unrestricted; // what is given back or answered needs no permission (AZN-06)
        }
    }

    private Decision DecideOn(Session session, RealmAction action, scoped in WampMessage message)
    {
        // A further chunk of a call (PCI-18), or a breach of the protocol.
        if (!session.IsNextRequest(message.RequestId))
        {
            return Decision.Unrestricted;
        }

        var decision = session.DecideNext(action, message.Uri);
        return decision.Outcome == DecisionOutcome.Unknown && !Options.UriRules.IsValid(message.Uri)
            ? decision.Fail() // refused as no URI
            : decision;
    }

    private Decision DecideOn(Session session, RealmAction action, scoped in WampMessage message, MatchPolicy match)
    {
        if (!session.IsNextRequest(message.RequestId))
        {
            return Decision.Unrestricted;
        }

        return Options.UriRules.IsValidPattern(message.Uri, match) && !WildcardShape.HasTooManyComponents(message.Uri, match)
            ? session.Decide(action, message.Uri, match) with { Match = match }
            : new Decision(session.Permissions, action, DecisionOutcome.Failed, discloses: false); // refused as no URI
    }
}
