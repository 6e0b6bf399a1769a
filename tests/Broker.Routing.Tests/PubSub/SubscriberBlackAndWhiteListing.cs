using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;

namespace Broker.PubSub;

/// <summary>Who gets an event when its publisher restricts that (WAMP specification, "Subscriber Black- and Whitelisting").</summary>
public sealed class SubscriberBlackAndWhiteListing
{
    private readonly TestRealm _realm = new();

    [Fact, Trait("wamp", "BWL-01")]
    public void The_broker_announces_it() =>
        Assert.True(Realm.Roles.Broker!.Value.HasFlag(Features.SubscriberBlackWhiteListing | Features.PublisherExclusion));

    [Theory, EachSerializer, Trait("wamp", "BWL-01"), Trait("wamp", "BWL-02"), Trait("wamp", "BWL-03"), Trait("wamp", "BWL-05"), Trait("wamp", "BWL-07"), Trait("wamp", "PUB-01")]
    public void A_subscriber_gets_the_event_if_all_lists_let_it(SerializerKind from, SerializerKind to)
    {
        var publisher = _realm.Join(from);
        var amy = _realm.Join(to, authId: "amy", authRole: "user");
        var bob = _realm.Join(to, authId: "bob", authRole: "user");
        var eve = _realm.Join(to, authId: "eve", authRole: "admin");
        var subscription = amy.Subscription("com.topic");
        bob.Subscription("com.topic");
        eve.Subscription("com.topic");
        var (a, b, e) = (amy.Session.Id, bob.Session.Id, eve.Session.Id);
        (string Lists, RecordingPeer[] Receivers)[] rules =
        [
            ("", [amy, bob, eve]),
            ($"\"exclude\":[{a}]", [bob, eve]),
            ($"\"exclude\":[{a},{b},{e}]", []),
            ("\"exclude\":[]", [amy, bob, eve]),
            ("\"exclude\":[77,9007199254740992]", [amy, bob, eve]),
            ("\"exclude_authid\":[\"bob\",\"nobody\"]", [amy, eve]),
            ("\"exclude_authrole\":[\"user\"]", [eve]),
            ($"\"eligible\":[{a},{e},77]", [amy, eve]),
            ("\"eligible\":[77]", []),
            ("\"eligible\":[]", []),
            ("\"eligible_authid\":[\"amy\"]", [amy]),
            ("\"eligible_authid\":[]", []),
            ("\"eligible_authrole\":[\"user\"]", [amy, bob]),
            ("\"eligible_authrole\":[]", []),
            ($"\"eligible\":[{a},{e}],\"eligible_authid\":[\"amy\",\"bob\"]", [amy]),
            ($"\"eligible\":[{b}],\"eligible_authid\":[\"amy\"]", []),
            ($"\"eligible\":[{a},{b}],\"exclude\":[{a}]", [bob]),
            ($"\"eligible\":[{a},{b}],\"exclude_authid\":[\"bob\"]", [amy]),
            ("\"eligible_authrole\":[\"user\"],\"exclude_authid\":[\"amy\"]", [bob]),
            ($"\"eligible_authrole\":[\"user\",\"admin\"],\"exclude\":[{e}],\"exclude_authid\":[\"amy\"]", [bob]),
            ("\"eligible_authid\":[\"Amy\"]", []),
        ];
        foreach (var (lists, receivers) in rules)
        {
            publisher.Publish("com.topic", "[1]", $"{{{lists}{(lists.Length > 0 ? "," : "")}\"acknowledge\":true}}");
            var publication = publisher.Next().PublicationId;
            foreach (var subscriber in new[] { amy, bob, eve })
            {
                Assert.Equal(receivers.Contains(subscriber) ? [Received.Event(subscription, publication, "[1]")] : [], subscriber.Rest());
            }
        }

        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "BWL-01"), Trait("wamp", "BWL-10")]
    public void Who_is_excluded_is_so_on_all_of_its_subscriptions(SerializerKind serializer)
    {
        var (publisher, one, two) = (_realm.Join(serializer), _realm.Join(serializer), _realm.Join(serializer));
        foreach (var subscriber in new[] { one, two })
        {
            subscriber.Subscription("com.topic");
            subscriber.Subscription("com.", "{\"match\":\"prefix\"}");
            subscriber.Subscription(".topic", "{\"match\":\"wildcard\"}");
        }

        publisher.Publish("com.topic", options: $"{{\"exclude\":[{one.Session.Id}]}}");
        one.AssertSilent();
        Assert.Equal(3, two.Rest().Count);
    }

    [Theory, EachSerializer, Trait("wamp", "BWL-04")]
    public void Eligibility_adds_no_receivers_and_the_publisher_must_pass_the_lists_too(SerializerKind serializer)
    {
        var (publisher, stranger) = (_realm.Join(serializer), _realm.Join(serializer));
        var subscription = publisher.Subscription("com.topic");
        var everybody = $"\"eligible\":[{publisher.Session.Id},{stranger.Session.Id}]";
        publisher.Publish("com.topic", options: $"{{{everybody}}}");
        publisher.AssertSilent();
        publisher.Publish("com.topic", options: $"{{\"exclude_me\":false,\"exclude\":[{publisher.Session.Id}]}}");
        publisher.Publish("com.topic", options: $"{{\"exclude_me\":false,\"eligible\":[{stranger.Session.Id}]}}");
        publisher.AssertSilent();
        publisher.Publish("com.topic", options: $"{{\"exclude_me\":false,{everybody}}}");
        Assert.Equal(subscription, Assert.Single(publisher.Rest()).SubscriptionId);
        stranger.AssertSilent();
    }

    [Theory, EachSerializer, Trait("wamp", "BWL-06"), Trait("wamp", "BWL-08"), Trait("wamp", "PEX-04")]
    public void Lists_of_another_type_break_the_protocol(SerializerKind serializer)
    {
        string[] wrong =
        [
            "\"exclude\":5", "\"exclude\":\"x\"", "\"exclude\":[\"5\"]", "\"exclude\":[-1]", "\"exclude\":[1.5]", "\"exclude\":null", "\"eligible\":{}", "\"eligible\":[true]",
            "\"exclude_authid\":\"amy\"", "\"exclude_authid\":[1]", "\"exclude_authrole\":\"user\"", "\"eligible_authid\":[null]", "\"eligible_authrole\":[[\"user\"]]",
            "\"exclude_me\":1", "\"exclude_me\":\"false\"",
        ];
        foreach (var option in wrong)
        {
            var publisher = _realm.Join(serializer);
            Assert.Throws<WampProtocolException>(() => publisher.Publish("com.topic", options: $"{{{option}}}"));
        }
    }

    [Fact, Trait("wamp", "BWL-01")]
    public void Long_lists_work_as_short_ones()
    {
        var (publisher, one, two) = (_realm.Join(), _realm.Join(authId: "amy"), _realm.Join(authId: "bob"));
        one.Subscription("com.topic");
        two.Subscription("com.topic");
        var ids = string.Join(',', Enumerable.Range(5000, 2000));
        var names = string.Join(',', Enumerable.Range(0, 2000).Select(i => $"\"n{i}\""));
        publisher.Publish("com.topic", options: $"{{\"eligible\":[{ids},{one.Session.Id},{two.Session.Id}],\"exclude_authid\":[{names},\"amy\"]}}");
        one.AssertSilent();
        Assert.Single(two.Rest());
    }

    [Theory, EachSerializer, Trait("wamp", "BWL-01")]
    public void Lists_cost_the_same_memory_however_many_subscribers_there_are(SerializerKind serializer)
    {
        Assert.Equal(BytesOfOnePublish(serializer, subscribers: 2), BytesOfOnePublish(serializer, subscribers: 60));
    }

    private static long BytesOfOnePublish(SerializerKind serializer, int subscribers)
    {
        var realm = new TestRealm();
        var publisher = realm.Join(serializer);
        for (var i = 0; i < subscribers; i++)
        {
            realm.Join(serializer).Subscription("com.topic");
        }

        // All are turned away, so that what the peers keep does not count.
        var options = ValueEncoder.Encode(serializer, new Lists());
        for (var i = 0; i < 200; i++)
        {
            Publish();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Publish();
        return GC.GetAllocatedBytesForCurrentThread() - before;

        void Publish() => realm.Realm.Route(
            publisher.Session, new WampMessage { Type = MessageType.Publish, RequestId = publisher.NextRequestId(), Uri = "com.topic"u8, Dict = options });
    }

    private readonly struct Lists : IEncodable
    {
        public void WriteTo<TWriter>(ref TWriter writer)
            where TWriter : struct, ITokenWriter<TWriter>
        {
            writer.WriteDictStart(2);
            writer.WriteKey("eligible_authrole"u8);
            writer.WriteListStart(1);
            writer.WriteString("user"u8);
            writer.WriteListEnd();
            writer.WriteKey("exclude_authid"u8);
            writer.WriteListStart(1);
            writer.WriteString("joe"u8);
            writer.WriteListEnd();
            writer.WriteDictEnd();
        }
    }
}
