using Broker.Messages;
using Broker.Peers;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.PubSub;

/// <summary>Prefix and wildcard subscriptions (WAMP specification, "Pattern-based Subscriptions").</summary>
public sealed class PatternSubscriptions
{
    private const string Prefix = "{\"match\":\"prefix\"}";
    private const string Wildcard = "{\"match\":\"wildcard\"}";
    private readonly TestRealm _realm = new(new Realms.RealmOptions { MetaApi = false }); // patterns such as ".." match meta events, too

    [Theory, Trait("wamp", "PBS-01"), Trait("wamp", "PBS-02")]
    [EachSerializer("com.myapp.topic.emergency", "com.myapp.topic.emergency", true)]
    [EachSerializer("com.myapp.topic.emergency", "com.myapp.topic.emergency.11", true)]
    [EachSerializer("com.myapp.topic.emergency", "com.myapp.topic.emergency-low", true)]
    [EachSerializer("com.myapp.topic.emergency", "com.myapp.topic.emergency.category.severe", true)]
    [EachSerializer("com.myapp.topic.emergency", "com.myapp.topic.emerge", false)]
    [EachSerializer("com.myapp.topic.emergency", "com.myapp.topic.Emergency", false)]
    [EachSerializer("com.myapp.", "com.myapp.x", true)]
    [EachSerializer("com.myapp.", "com.myapp", false)]
    [EachSerializer("com.myapp.", "com.myapp2.x", false)]
    [EachSerializer("c", "com", true)]
    public void A_prefix_matches_what_starts_with_it(SerializerKind serializer, string prefix, string topic, bool matches) =>
        AssertMatches(serializer, prefix, Prefix, topic, matches);

    [Theory, Trait("wamp", "PBS-01"), Trait("wamp", "PBS-03")]
    [EachSerializer("com.myapp..userevent", "com.myapp.foo.userevent", true)]
    [EachSerializer("com.myapp..userevent", "com.myapp.bar.userevent", true)]
    [EachSerializer("com.myapp..userevent", "com.myapp.foo.userevent.bar", false)]
    [EachSerializer("com.myapp..userevent", "com.myapp.foo.user", false)]
    [EachSerializer("com.myapp..userevent", "com.myapp2.foo.userevent", false)]
    [EachSerializer("com.myapp..userevent", "com.myapp.userevent", false)]
    [EachSerializer("com.myapp..userevent", "com.myapp.a.b.userevent", false)]
    [EachSerializer("..", "a.b.c", true)]
    [EachSerializer("..", "a.b", false)]
    [EachSerializer("..", "a.b.c.d", false)]
    [EachSerializer(".b.", "a.b.c", true)]
    [EachSerializer(".b.", "a.x.c", false)]
    [EachSerializer("com.", "com.x", true)]
    [EachSerializer("com.", "com", false)]
    [EachSerializer("com.myapp", "com.myapp", true)]
    [EachSerializer("com.myapp", "com.myapp.x", false)]
    public void An_empty_component_of_a_wildcard_matches_exactly_one_component(SerializerKind serializer, string pattern, string topic, bool matches) =>
        AssertMatches(serializer, pattern, Wildcard, topic, matches);

    [Theory, EachSerializer, Trait("wamp", "PBS-04"), Trait("wamp", "PBS-05"), Trait("wamp", "PUB-05"), Trait("wamp", "RACE-16")]
    public void A_session_gets_one_EVENT_for_each_matching_subscription_and_the_topic_on_patterns_only(SerializerKind from, SerializerKind to)
    {
        var (publisher, subscriber) = (_realm.Join(from), _realm.Join(to));
        var exact = subscriber.Subscription("com.myapp.topic");
        long[] patterns =
        [
            subscriber.Subscription("com.myapp.topic", Prefix),
            subscriber.Subscription("com.", Prefix),
            subscriber.Subscription("c", Prefix),
            subscriber.Subscription("com..topic", Wildcard),
            subscriber.Subscription("..", Wildcard),
            subscriber.Subscription("com.myapp.topic", Wildcard),
        ];
        subscriber.Subscription("com.yours", Prefix);
        subscriber.Subscription(".", Wildcard);

        publisher.Publish("com.myapp.topic", "[1]", "{\"acknowledge\":true}");
        var publication = publisher.Next().PublicationId;
        var events = subscriber.Rest();
        Assert.Equal(patterns.Append(exact).Order(), events.Select(received => received.SubscriptionId).Order());
        Assert.All(events, received => Assert.Equal(
            Received.Event(received.SubscriptionId, publication, "[1]", received.SubscriptionId == exact ? "{}" : "{\"topic\":\"com.myapp.topic\"}"), received));
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "PBS-07")]
    public void Ending_one_subscription_leaves_the_others_that_match_alone(SerializerKind serializer)
    {
        var (publisher, subscriber) = (_realm.Join(serializer), _realm.Join(serializer));
        var exact = subscriber.Subscription("com.myapp.topic");
        var prefix = subscriber.Subscription("com.myapp", Prefix);
        var wildcard = subscriber.Subscription("com.myapp.", Wildcard);
        foreach (var (ended, left) in new[] { (prefix, new[] { exact, wildcard }), (exact, [wildcard]), (wildcard, Array.Empty<long>()) })
        {
            subscriber.Unsubscribe(ended);
            Assert.Equal(MessageType.Unsubscribed, subscriber.Next().Type);
            publisher.Publish("com.myapp.topic");
            Assert.Equal(left.Order(), subscriber.Rest().Select(received => received.SubscriptionId).Order());
        }

        Assert.Equal(0, _realm.Realm.SubscriptionCount);
    }

    [Theory, EachSerializer, Trait("wamp", "PBS-11"), Trait("wamp", "PBS-01")]
    public void Patterns_that_are_malformed_or_match_everything_are_refused(SerializerKind serializer)
    {
        var subscriber = _realm.Join(serializer);
        var tooManyComponents = string.Join('.', Enumerable.Repeat("a", 65));
        foreach (var (topic, options) in new[] { ("", Prefix), ("", Wildcard), ("com..x", Prefix), (".", Prefix), ("a b", Prefix), ("a.#", Wildcard), (tooManyComponents, Wildcard) })
        {
            var request = subscriber.Subscribe(topic, options);
            Assert.Equal(Received.Error(MessageType.Subscribe, request, ErrorUris.InvalidUri), subscriber.NextError());
        }

        subscriber.Subscription("wamp.", Prefix); // meta events may be watched
    }

    [Fact, Trait("wamp", "PBS-03")]
    public void A_wildcard_may_have_64_components()
    {
        var (publisher, subscriber) = (_realm.Join(), _realm.Join());
        var pattern = string.Join('.', Enumerable.Range(0, 64).Select(i => i % 2 == 1 ? "" : "a"));
        var subscription = subscriber.Subscription(pattern, Wildcard);
        publisher.Publish(string.Join('.', Enumerable.Repeat("a", 64)));
        Assert.Equal(subscription, Assert.Single(subscriber.Rest()).SubscriptionId);
        publisher.Publish(string.Join('.', Enumerable.Repeat("a", 65)));
        publisher.Publish(string.Join('.', Enumerable.Repeat("a", 130)));
        subscriber.AssertSilent();
    }

    [Fact, Trait("wamp", "PBS-02"), Trait("wamp", "PBS-03"), Trait("wamp", "PBS-04")]
    public void Matching_agrees_with_its_definition_on_random_patterns_and_topics()
    {
        var random = new Random(1789);
        var (publisher, subscriber) = (_realm.Join(), _realm.Join());
        var patterns = new Dictionary<long, (string Uri, string Match)>();
        for (var i = 0; i < 150; i++)
        {
            var match = new[] { "exact", "prefix", "wildcard" }[i % 3];
            var components = Enumerable.Range(0, random.Next(1, 5)).Select(_ => match == "wildcard" && random.Next(2) == 0 ? "" : Component(random));
            var uri = string.Join('.', components) + (match == "prefix" && random.Next(2) == 0 ? "." : "");
            if (uri.Length > 0)
            {
                patterns[subscriber.Subscription(uri, $"{{\"match\":\"{match}\"}}")] = (uri, match);
            }
        }

        for (var i = 0; i < 1000; i++)
        {
            var topic = string.Join('.', Enumerable.Range(0, random.Next(1, 5)).Select(_ => Component(random)));
            publisher.Publish(topic);
            var expected = patterns.Where(pattern => Matches(pattern.Value.Uri, pattern.Value.Match, topic)).Select(pattern => pattern.Key);
            Assert.Equal(expected.Order(), subscriber.Rest().Select(received => received.SubscriptionId).Order());
        }

        foreach (var id in patterns.Keys)
        {
            subscriber.Unsubscribe(id);
        }

        Assert.Equal(0, _realm.Realm.SubscriptionCount);
    }

    private static string Component(Random random) => new[] { "a", "b", "ab", "c" }[random.Next(4)];

    private static bool Matches(string uri, string match, string topic) => match switch
    {
        "exact" => uri == topic,
        "prefix" => topic.StartsWith(uri, StringComparison.Ordinal),
        _ => uri.Split('.').Length == topic.Split('.').Length
            && uri.Split('.').Zip(topic.Split('.')).All(pair => pair.First.Length == 0 || pair.First == pair.Second),
    };

    private void AssertMatches(SerializerKind serializer, string uri, string options, string topic, bool matches)
    {
        var (publisher, subscriber) = (_realm.Join(serializer), _realm.Join(serializer));
        subscriber.Subscription(uri, options);
        publisher.Publish(topic);
        Assert.Equal(matches ? 1 : 0, subscriber.Rest().Count);
        _realm.LeaveAll();
    }
}
