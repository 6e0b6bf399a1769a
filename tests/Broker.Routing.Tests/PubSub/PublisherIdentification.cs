using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.PubSub;

/// <summary>Whether subscribers learn who published (WAMP specification, "Publisher Identification").</summary>
public sealed class PublisherIdentification
{
    private const string DiscloseMe = "{\"disclose_me\":true,\"acknowledge\":true}";

    [Fact, Trait("wamp", "PID-01")]
    public void The_broker_announces_it() => Assert.True(Realm.Roles.Broker!.Value.HasFlag(Features.PublisherIdentification));

    [Theory, EachSerializer, Trait("wamp", "PID-01"), Trait("wamp", "PID-02"), Trait("wamp", "PID-05"), Trait("wamp", "PID-07")]
    public void A_publisher_that_asks_for_it_is_disclosed_and_no_other(SerializerKind from, SerializerKind to)
    {
        var realm = new TestRealm();
        var (publisher, subscriber) = (realm.Join(from, authId: "zoë", authRole: "sensor"), realm.Join(to));
        var exact = subscriber.Subscription("com.topic");
        var pattern = subscriber.Subscription("com.", "{\"match\":\"prefix\"}");
        publisher.Publish("com.topic", "[1]", DiscloseMe);
        var publication = publisher.Next().PublicationId;
        var identity = $"\"publisher\":{publisher.Session.Id},\"publisher_authid\":\"zoë\",\"publisher_authrole\":\"sensor\"";
        Assert.Equal(Received.Event(exact, publication, "[1]", $"{{{identity}}}"), subscriber.Next());
        Assert.Equal(Received.Event(pattern, publication, "[1]", $"{{\"topic\":\"com.topic\",{identity}}}"), subscriber.Next());

        publisher.Publish("com.topic", "[1]");
        publisher.Publish("com.topic", "[1]", "{\"disclose_me\":false}");
        Assert.All(subscriber.Rest(), received => Assert.DoesNotContain("publisher", received.Details, StringComparison.Ordinal));
    }

    [Theory, EachSerializer, Trait("wamp", "PID-03"), Trait("wamp", "PUB-02")]
    public void Where_it_is_not_allowed_the_publication_is_refused_and_not_dispatched(SerializerKind serializer)
    {
        var realm = new TestRealm(new RealmOptions { DisclosePublisher = DisclosePolicy.Never });
        var (publisher, subscriber) = (realm.Join(serializer), realm.Join(serializer));
        subscriber.Subscription("com.topic");
        var request = publisher.Publish("com.topic", "[1]", DiscloseMe);
        Assert.Equal(Received.Error(MessageType.Publish, request, ErrorUris.DiscloseMeDisallowed), publisher.NextError());
        publisher.Publish("com.topic", "[1]", "{\"disclose_me\":true}");
        publisher.AssertSilent();
        subscriber.AssertSilent();

        publisher.Publish("com.topic", "[1]", "{\"disclose_me\":false}");
        Assert.Equal("{}", subscriber.Next().Details);
    }

    [Theory, EachSerializer, Trait("wamp", "PID-04")]
    public void A_realm_may_disclose_all_publishers(SerializerKind serializer)
    {
        var realm = new TestRealm(new RealmOptions { DisclosePublisher = DisclosePolicy.Always });
        var (publisher, subscriber) = (realm.Join(serializer), realm.Join(serializer));
        subscriber.Subscription("com.topic");
        publisher.Publish("com.topic");
        publisher.Publish("com.topic", options: "{\"disclose_me\":false}");
        var identity = $"{{\"publisher\":{publisher.Session.Id},\"publisher_authid\":\"joe\",\"publisher_authrole\":\"user\"}}";
        Assert.Equal([identity, identity], subscriber.Rest().Select(received => received.Details));
    }

    [Theory, EachSerializer, Trait("wamp", "PID-06")]
    public void All_receivers_of_a_serializer_get_the_same_bytes(SerializerKind from, SerializerKind to)
    {
        var realm = new TestRealm();
        var publisher = realm.Join(from);
        RecordingPeer[] subscribers = [realm.Join(to), realm.Join(to, authId: "amy"), realm.Join(to, authRole: "admin")];
        foreach (var subscriber in subscribers)
        {
            subscriber.Subscription("com.topic");
        }

        publisher.Publish("com.topic", "[1]", DiscloseMe);
        var events = subscribers.Select(subscriber => subscriber.NextBytes()).ToList();
        Assert.All(events, bytes => Assert.Equal(events[0], bytes));
    }

    [Theory, EachSerializer, Trait("wamp", "PID-01"), Trait("wamp", "SER-17")]
    public void disclose_me_of_another_type_breaks_the_protocol(SerializerKind serializer) =>
        Assert.Throws<WampProtocolException>(() => { new TestRealm().Join(serializer).Publish("com.topic", options: "{\"disclose_me\":1}"); });
}
