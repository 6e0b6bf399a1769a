using System.Text;
using BenchmarkDotNet.Attributes;
using Broker.PubSub;
using Broker.Uris;

namespace Broker.Benchmarks;

/// <summary>
/// As <see cref="Match"/>, with subscriptions that somebody chose to make matching slow: 100,000 exact ones, 10,000 prefixes of 400 lengths, and 10,000 wildcards of
/// 1,000 shapes with as many components as the topic.
/// </summary>
[MemoryDiagnoser]
public class MatchBadCases
{
    private const int Components = 12;
    private static readonly byte[] Topic = Encoding.UTF8.GetBytes(
        string.Join('.', Enumerable.Range(0, Components).Select(i => $"component{i}")) + "." + new string('x', 400));

    private readonly SubscriptionIndex _index = new();
    private long _lastId;

    /// <summary>Whether the topic starts as the subscriptions do, so that only their last components tell them apart.</summary>
    [Params(true, false)]
    public bool IsSimilar { get; set; }

    /// <summary>Subscribes.</summary>
    [GlobalSetup]
    public void Setup()
    {
        for (var i = 0; i < 100_000; i++)
        {
            Add($"com.example.line{i / 1000}.sensor{i % 1000}.value", MatchPolicy.Exact);
        }

        var text = Encoding.UTF8.GetString(Topic);
        var start = IsSimilar ? text : "y" + text[1..];
        for (var i = 0; i < 10_000; i++)
        {
            // Lengths 100 to 499, all but the last four characters as in the topic.
            Add(string.Concat(start.AsSpan(0, 96 + i % 400), $"{i:x4}"), MatchPolicy.Prefix);
        }

        for (var i = 0; i < 10_000; i++)
        {
            Add(Wildcard(start, shape: i % 1000 + 1, i / 1000), MatchPolicy.Wildcard);
        }
    }

    /// <summary>Matches a topic that none of the patterns matches.</summary>
    [Benchmark]
    public long TopicWithoutSubscriptions()
    {
        var sum = _index.FindExact(Topic)?.Id ?? 0;
        foreach (var subscription in _index.MatchPatterns(Topic))
        {
            sum += subscription.Id;
        }

        return sum;
    }

    /// <summary>The topic with the components empty whose bits are set, and another last one.</summary>
    private static string Wildcard(string topic, int shape, int variant)
    {
        var components = topic.Split('.');
        for (var i = 0; i < Components; i++)
        {
            if ((shape & (1 << i)) != 0)
            {
                components[i] = "";
            }
        }

        components[^1] = $"other{variant}";
        return string.Join('.', components);
    }

    private void Add(string uri, MatchPolicy match) => _index.Add(new Subscription(++_lastId, Encoding.UTF8.GetBytes(uri), match));
}
