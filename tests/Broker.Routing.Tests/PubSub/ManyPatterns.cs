using System.Text;
using Broker.Patterns;
using Broker.Uris;

namespace Broker.PubSub;

/// <summary>Matching among patterns of so many lengths and shapes that filters come before the look-ups (PBS-02, PBS-03).</summary>
public sealed class ManyPatterns
{
    private const int Components = 10;
    private readonly SubscriptionIndex _index = new();
    private readonly Dictionary<long, (string Uri, MatchPolicy Match)> _subscribed = [];
    private readonly Random _random = new(4711);
    private long _lastId;

    [Fact, Trait("wamp", "PBS-02"), Trait("wamp", "PBS-03"), Trait("wamp", "PBS-04")]
    public void Matching_agrees_with_its_definition_while_patterns_come_and_go()
    {
        for (var round = 0; round < 40; round++)
        {
            for (var i = 0; i < 100; i++)
            {
                Subscribe(NewTopic());
            }

            foreach (var id in _subscribed.Keys.Where(_ => _random.Next(4) == 0).ToList())
            {
                var (uri, match) = _subscribed[id];
                _index.Remove(_index.Find(Encoding.UTF8.GetBytes(uri), match)!);
                _subscribed.Remove(id);
            }

            for (var i = 0; i < 25; i++)
            {
                AssertMatches(NewTopic());
            }
        }

        Assert.True(_index.Prefixes.Lengths.Length > PatternMatches.Many && _index.Wildcards.Shapes.Length > 50);
        foreach (var (uri, match) in _subscribed.Values)
        {
            _index.Remove(_index.Find(Encoding.UTF8.GetBytes(uri), match)!);
        }

        _subscribed.Clear();
        Assert.Equal(0, _index.Count);
        AssertMatches(NewTopic());
    }

    [Fact, Trait("wamp", "PBS-03")]
    public void Topics_of_more_components_than_patterns_may_have_match_no_wildcard()
    {
        for (var i = 1; i <= WildcardShape.MaxComponents; i++)
        {
            Add(new string('.', i - 1) + (i % 2 == 0 ? "" : "a"), MatchPolicy.Wildcard);
        }

        foreach (var components in new[] { 1, 2, 63, 64, 65, 100, 500 })
        {
            AssertMatches(string.Join('.', Enumerable.Repeat("a", components)));
        }
    }

    [Fact, Trait("wamp", "PBS-04")]
    public void Matching_allocates_nothing()
    {
        for (var i = 0; i < 3000; i++)
        {
            Subscribe(NewTopic());
        }

        var topics = Enumerable.Range(0, 50).Select(_ => Encoding.UTF8.GetBytes(NewTopic())).ToArray();
        var matches = Count(topics);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(matches > 0 && Count(topics) == matches);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private int Count(byte[][] topics)
    {
        var count = 0;
        foreach (var topic in topics)
        {
            foreach (var subscription in _index.MatchPatterns(topic))
            {
                count += subscription.Id > 0 ? 1 : 0;
            }
        }

        return count;
    }

    private void Subscribe(string topic)
    {
        if (_random.Next(2) == 0)
        {
            Add(topic[..(1 + _random.Next(topic.Length))], MatchPolicy.Prefix);
            return;
        }

        var blank = _random.Next(1 << Components);
        Add(string.Join('.', topic.Split('.').Select((component, i) => (blank & (1 << i)) == 0 ? component : "")), MatchPolicy.Wildcard);
    }

    private void Add(string uri, MatchPolicy match)
    {
        var bytes = Encoding.UTF8.GetBytes(uri);
        if (_index.Find(bytes, match) is null && uri.Length > 0)
        {
            _index.Add(new Subscription(++_lastId, bytes, match));
            _subscribed.Add(_lastId, (uri, match));
        }
    }

    private string NewTopic() => string.Join('.', Enumerable.Range(0, Components - _random.Next(3)).Select(_ => _random.Next(4) == 0 ? "b" : "aa"));

    private void AssertMatches(string topic)
    {
        var bytes = Encoding.UTF8.GetBytes(topic);
        var found = new List<long>();
        foreach (var subscription in _index.MatchPatterns(bytes))
        {
            found.Add(subscription.Id);
        }

        var expected = _subscribed.Where(pair => UriPattern.Matches(Encoding.UTF8.GetBytes(pair.Value.Uri), pair.Value.Match, bytes)).Select(pair => pair.Key);
        Assert.Equal(expected.Order(), found.Order());
    }
}
