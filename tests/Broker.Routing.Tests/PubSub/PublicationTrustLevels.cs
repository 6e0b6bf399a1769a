using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.PubSub;

/// <summary>How far subscribers may trust a publisher (WAMP specification, "Publication Trust Levels").</summary>
public sealed class PublicationTrustLevels
{
    private static readonly RealmOptions Options = new()
    {
        PublicationTrustLevels =
        [
            new TrustLevelRule { Uri = "com.plant.", Match = MatchPolicy.Prefix, AuthRole = "operator", Level = 9 },
            new TrustLevelRule { Uri = "com..alarm", Match = MatchPolicy.Wildcard, Level = 5 },
            new TrustLevelRule { Uri = "com.plant.", Match = MatchPolicy.Prefix, Level = 0 },
            new TrustLevelRule { Uri = "com.exact", Level = 3 },
        ],
    };

    [Fact, Trait("wamp", "PTL-01")]
    public void The_broker_announces_it() => Assert.True(Realm.Roles.Broker!.Value.HasFlag(Features.PublicationTrustLevels));

    [Theory, EachSerializer, Trait("wamp", "PTL-01"), Trait("wamp", "PTL-02")]
    public void The_first_rule_that_fits_topic_and_authrole_counts(SerializerKind serializer)
    {
        var realm = new TestRealm(Options);
        var (user, @operator, subscriber) = (realm.Join(serializer), realm.Join(serializer, authRole: "operator"), realm.Join(serializer));
        foreach (var topic in new[] { "com.plant.alarm", "com.plant.heat", "com.exact", "com.other.alarm", "com.exact.not" })
        {
            subscriber.Subscription(topic);
        }

        AssertLevel("com.plant.alarm", user, 5);
        AssertLevel("com.plant.alarm", @operator, 9);
        AssertLevel("com.plant.heat", user, 0);
        AssertLevel("com.exact", user, 3);
        AssertLevel("com.other.alarm", @operator, 5);
        AssertLevel("com.exact.not", @operator, null);

        void AssertLevel(string topic, RecordingPeer publisher, long? level)
        {
            publisher.Publish(topic);
            Assert.Equal(level is null ? "{}" : $"{{\"trustlevel\":{level}}}", subscriber.Next().Details);
        }
    }

    [Theory, EachSerializer, Trait("wamp", "PTL-01")]
    public void The_empty_prefix_is_for_all_topics_and_every_subscriber_is_told(SerializerKind serializer)
    {
        var realm = new TestRealm(new RealmOptions { PublicationTrustLevels = [new TrustLevelRule { Uri = "", Match = MatchPolicy.Prefix, Level = 7 }] });
        RecordingPeer[] subscribers = [realm.Join(serializer, Features.PublicationTrustLevels), realm.Join(serializer, Features.None)];
        foreach (var subscriber in subscribers)
        {
            subscriber.Subscription("com.topic");
        }

        realm.Join(serializer).Publish("com.topic");

        Assert.All(subscribers, subscriber => Assert.Equal("{\"trustlevel\":7}", subscriber.Next().Details));
    }

    [Fact, Trait("wamp", "PTL-02")]
    public void Rules_below_0_or_of_malformed_URIs_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => { NewRealm(new TrustLevelRule { Uri = "com", Level = -1 }); });
        Assert.Throws<ArgumentException>(() => { NewRealm(new TrustLevelRule { Uri = "com..x", Level = 1 }); });

        static Realm NewRealm(TrustLevelRule rule) => new("realm1", new RealmOptions { PublicationTrustLevels = [rule] }, new CountingIds());
    }
}
