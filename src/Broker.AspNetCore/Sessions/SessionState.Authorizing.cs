using System.Text;
using Broker.Authorization;
using Broker.Connections;
using Broker.Messages;
using Broker.Uris;

namespace Broker.Sessions;

/// <content>Messages of an established session, and those that an authorizer has to be asked about.</content>
internal sealed partial class SessionState
{
    private byte[]? _held; // the message that waits for the decision
    private Task<Decision>? _deciding;

    /// <summary>Routes a message by the rules of the session's role; what they leave open, the role's authorizer decides first (ORD-07).</summary>
    private void Route(scoped in WampMessage message, ReadOnlySpan<byte> bytes)
    {
        var session = _session!;
        var decision = session.Realm.Decide(session, message);
        if (decision.Outcome != DecisionOutcome.Unknown)
        {
            session.Realm.Route(session, message, decision);
            return;
        }

        var settled = context.Authorizer.SettleAsync(session, decision, Encoding.UTF8.GetString(message.Uri), NameOf(decision.Match));
        if (settled.IsCompleted)
        {
            session.Realm.Route(session, message, settled.GetAwaiter().GetResult());
            return;
        }

        _held = bytes.ToArray();
        _deciding = settled.AsTask();
    }

    /// <summary>Routes the message that was held, now that it is decided. Where the rules have changed meanwhile, it is decided anew.</summary>
    private Ending? RouteHeld()
    {
        var (session, held, decision) = (_session!, _held!, _deciding!.GetAwaiter().GetResult());
        (_held, _deciding) = (null, null);
        var message = MessageParser.Parse(serializer, held, context.Options.DecodeLimits);
        if (session.IsUpToDate(decision))
        {
            session.Realm.Route(session, message, decision);
        }
        else
        {
            Route(message, held);
        }

        return null;
    }

    private static string NameOf(MatchPolicy match) => match switch
    {
        MatchPolicy.Prefix => "prefix",
        MatchPolicy.Wildcard => "wildcard",
        _ => "exact",
    };
}
