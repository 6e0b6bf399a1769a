using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Authorization;

/// <summary>
/// Rules that disclose who calls and who publishes (WAMP specification, "Caller Identification", "Publisher Identification").
/// </summary>
public sealed class DisclosureByRule
{
    private static readonly RealmOptions Options = Permit.UsersAndAdmin(
        Permit.AllBelow("com."),
        Permit.AllBelow("com.told.") with { DiscloseCaller = true, DisclosePublisher = true },
        Permit.AllBelow("com.half.") with { DiscloseCaller = true });

    [Theory, EachSerializer, Trait("wamp", "CID-03"), Trait("wamp", "CID-06")]
    public void A_callee_learns_who_calls_where_the_rule_of_the_call_says_so(SerializerKind serializer)
    {
        var realm = new TestRealm(Options);
        var (caller, callee) = (realm.Join(serializer), realm.Join(serializer, authRole: "admin"));
        var told = $"{{\"caller\":{caller.Session.Id},\"caller_authid\":\"joe\",\"caller_authrole\":\"user\"}}";
        foreach (var (procedure, details) in new[] { ("com.told.x", told), ("com.half.x", told), ("com.other", "{}"), ("com.told.x", told) })
        {
            callee.Register(procedure);
            callee.Rest();
            caller.Call(procedure);
            Assert.Equal(details, callee.Next().Details);
        }
    }

    [Theory, EachSerializer, Trait("wamp", "PID-04"), Trait("wamp", "PID-05")]
    public void Subscribers_learn_who_publishes_where_the_rule_of_the_publication_says_so(SerializerKind serializer)
    {
        var realm = new TestRealm(Options);
        var (publisher, subscriber) = (realm.Join(serializer), realm.Join(serializer, authRole: "admin"));
        var told = $"{{\"publisher\":{publisher.Session.Id},\"publisher_authid\":\"joe\",\"publisher_authrole\":\"user\"}}";
        foreach (var (topic, details) in new[] { ("com.told.x", told), ("com.half.x", "{}"), ("com.other", "{}") })
        {
            subscriber.Subscription(topic);
            publisher.Publish(topic);
            Assert.Equal(details, subscriber.Next().Details);
        }
    }

    [Theory, EachSerializer, Trait("wamp", "CID-04"), Trait("wamp", "PID-03")]
    public void A_realm_that_discloses_nobody_refuses_who_asks_for_it_but_where_a_rule_discloses(SerializerKind serializer)
    {
        var realm = new TestRealm(Options with { DiscloseCaller = DisclosePolicy.Never, DisclosePublisher = DisclosePolicy.Never });
        var (user, admin) = (realm.Join(serializer), realm.Join(serializer, authRole: "admin"));
        admin.Registration("com.told.x");
        admin.Registration("com.other");
        admin.Subscription("com.told.x");
        admin.Subscription("com.other");

        user.Call("com.other", options: "{\"disclose_me\":true}");
        Assert.Equal(ErrorUris.DiscloseMeDisallowed, user.NextError().Uri);
        user.Publish("com.other", options: "{\"disclose_me\":true,\"acknowledge\":true}");
        Assert.Equal(ErrorUris.DiscloseMeDisallowed, user.NextError().Uri);
        admin.AssertSilent();

        user.Call("com.told.x", options: "{\"disclose_me\":true}");
        Assert.StartsWith("{\"caller\":", admin.Next().Details, StringComparison.Ordinal);
        user.Publish("com.told.x");
        Assert.StartsWith("{\"publisher\":", admin.Next().Details, StringComparison.Ordinal);
    }

    [Theory, EachSerializer, Trait("wamp", "CID-05"), Trait("wamp", "AZN-05")]
    public void A_callee_that_may_not_register_is_not_told_what_the_realm_discloses(SerializerKind serializer)
    {
        var realm = new TestRealm(Options with { DiscloseCaller = DisclosePolicy.Never });
        var user = realm.Join(serializer);
        user.Register("org.x", "{\"disclose_caller\":true}");
        Assert.Equal(ErrorUris.NotAuthorized, user.NextError().Uri);
        user.Register("com.x", "{\"disclose_caller\":true}");
        Assert.Equal(ErrorUris.DiscloseMeDisallowed, user.NextError().Uri);
    }

    [Theory, EachSerializer, Trait("wamp", "TST-07"), Trait("wamp", "TST-11"), Trait("wamp", "PID-04")]
    public void A_testament_discloses_its_session_where_the_rule_says_so(SerializerKind serializer)
    {
        var realm = new TestRealm(Permit.UsersAndAdmin(
            Permit.Prefix("wamp.", RealmAction.Call), Permit.AllBelow("com.told.") with { DisclosePublisher = true }));
        var (user, admin) = (realm.Join(serializer), realm.Join(serializer, authRole: "admin"));
        admin.Subscription("com.told.x");
        user.Ask("wamp.session.add_testament", "[\"com.told.x\",[1],{}]");
        user.Leave();
        Assert.StartsWith($"{{\"publisher\":{user.Session.Id},", admin.Next().Details, StringComparison.Ordinal);
    }
}
