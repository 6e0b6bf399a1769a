using System.Text;
using Broker.Options;
using Broker.PubSub;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Meta;

/// <summary><c>wamp.subscription.*</c> (WAMP specification, "Subscription Meta API").</summary>
internal sealed class SubscriptionProcedures(BrokerRole broker, RemovalArguments removal)
{
    public void AddTo(MetaProcedures procedures)
    {
        procedures.Add("wamp.subscription.list", List);
        procedures.Add("wamp.subscription.lookup", Lookup);
        procedures.Add("wamp.subscription.match", Match);
        procedures.Add("wamp.subscription.get", Get);
        procedures.Add("wamp.subscription.list_subscribers", ListSubscribers);
        procedures.Add("wamp.subscription.count_subscribers", CountSubscribers);
        procedures.Add("wamp.subscription.remove_subscriber", RemoveSubscriber);
        procedures.Add("wamp.subscription.get_events", GetEvents);
    }

    private void List(scoped in MetaCall call)
    {
        if (call.Arguments.Count == 0)
        {
            call.Return(broker.ListSubscriptions());
        }
        else
        {
            call.RefuseArguments("no arguments");
        }
    }

    private void Lookup(scoped in MetaCall call)
    {
        if (LookupArguments.TryRead(call, out var uri, out var match))
        {
            call.Return(new IdOrNull(broker.FindSubscription(uri, match)?.Id));
        }
    }

    /// <summary><c>match(topic)</c>: null when there is none (SBM-04).</summary>
    private void Match(scoped in MetaCall call)
    {
        if (call.Arguments is { Count: 1 } && call.Arguments[0].Text is { } topic)
        {
            call.Return(new IdList(broker.MatchSubscriptions(Encoding.UTF8.GetBytes(topic))));
        }
        else
        {
            call.RefuseArguments("a topic");
        }
    }

    private void Get(scoped in MetaCall call)
    {
        if (TryFind(call, out var subscription))
        {
            call.Return(new SubscriptionDetails(subscription));
        }
    }

    private void ListSubscribers(scoped in MetaCall call)
    {
        if (TryFind(call, out var subscription))
        {
            call.Return(new IdList(BrokerRole.SubscribersOf(subscription)));
        }
    }

    private void CountSubscribers(scoped in MetaCall call)
    {
        if (TryFind(call, out var subscription))
        {
            call.Return(new IntegerValue(broker.CountSubscribers(subscription)));
        }
    }

    /// <summary><c>remove_subscriber(subscription, session; reason)</c>: revokes the subscription (SRV-01).</summary>
    private void RemoveSubscriber(scoped in MetaCall call)
    {
        if (!removal.TryRead(call, out var id, out var session, out var reason))
        {
            return;
        }

        if (broker.Revoke(session, id, reason))
        {
            call.Return();
        }
        else
        {
            call.Fail(ErrorUris.NoSuchSubscription, $"Session {session.Id} has no subscription {id}.");
        }
    }

    /// <summary><c>get_events(subscription; filters)</c> (WAMP specification, "Event History").</summary>
    private void GetEvents(scoped in MetaCall call)
    {
        if (call.Arguments.Count != 1 || call.Arguments[0].Integer is not { } id)
        {
            call.RefuseArguments("a subscription id and, by keyword, filters");
        }
        else if (!HistoryFilter.TryParse(call.Caller.Serializer, call.Arguments.EncodedKeywords, out var filter, out var problem))
        {
            call.Fail(ErrorUris.InvalidArgument, problem);
        }
        else
        {
            var answer = broker.GetEvents(id, filter, call.Caller);
            if (answer.Error is { } error)
            {
                call.Fail(error, answer.Text ?? "");
            }
            else
            {
                HistoryDelivery.Send(call, answer, broker.Drops);
            }
        }
    }

    private bool TryFind(scoped in MetaCall call, out Subscription subscription)
    {
        subscription = null!;
        if (call.Arguments.Count != 1 || call.Arguments[0].Integer is not { } id)
        {
            call.RefuseArguments("a subscription id");
            return false;
        }

        if (broker.FindSubscription(id) is { } found)
        {
            subscription = found;
            return true;
        }

        call.Fail(ErrorUris.NoSuchSubscription, $"There is no subscription {id}.");
        return false;
    }
}
