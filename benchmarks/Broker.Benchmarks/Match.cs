using System.Text;
using BenchmarkDotNet.Attributes;
using Broker.PubSub;
using Broker.Uris;

namespace Broker.Benchmarks;

/// <summary>
/// Hop 5 of a message's path: which of 100,000 exact, 10,000 prefix and 10,000 wildcard subscriptions match one topic. Prefixes have four
/// lengths and wildcards six shapes, as the topics of a plant have levels.
/// </summary>
[MemoryDiagnoser]
public class Match
{
    private readonly SubscriptionIndex _index = new();
    private long _lastId;

    /// <summary>Subscribes.</summary>
    [GlobalSetup]
    public void Setup()
    {
        for (var i = 0; i < 100_000; i++)
        {
            Add($"com.example.line{i / 1000}.sensor{i % 1000}.value", MatchPolicy.Exact);
        }

        for (var i = 0; i < 10_000; i++)
        {
            Add($"com.example.line{i / 100}.sensor{i % 100}.", MatchPolicy.Prefix);
            Add(Wildcard(i), MatchPolicy.Wildcard);
        }
    }

    /// <summary>Matches a topic with one exact, one prefix and three wildcard subscriptions.</summary>
    [Benchmark]
    public long TopicWithSubscriptions() => Sum("com.example.line50.sensor42.value"u8);

    /// <summary>Matches a topic that nobody subscribed.</summary>
    [Benchmark]
    public long TopicWithoutSubscriptions() => Sum("org.example.site9.room7.humidity.raw"u8);

    private static string Wildcard(int i) => (i % 6) switch
    {
        0 => $"com..line{i}.sensor42.value",
        1 => $"com.example.line{i / 6 % 1000}..value{(i < 6000 ? "" : i)}",
        2 => $"com.example..sensor{i / 6}.value",
        3 => $"com..line{i}..value",
        4 => $"..line{i}.sensor42.",
        _ => $".example..sensor{i / 6}.",
    };

    private void Add(string uri, MatchPolicy match)
    {
        var bytes = Encoding.UTF8.GetBytes(uri);
        if (_index.Find(bytes, match) is not null)
        {
            throw new InvalidOperationException($"{uri} is subscribed twice: the benchmark would have fewer subscriptions than it says.");
        }

        _index.Add(new Subscription(++_lastId, bytes, match));
    }

    private long Sum(ReadOnlySpan<byte> topic)
    {
        var sum = _index.FindExact(topic)?.Id ?? 0;
        foreach (var subscription in _index.MatchPatterns(topic))
        {
            sum += subscription.Id;
        }

        return sum;
    }
}
