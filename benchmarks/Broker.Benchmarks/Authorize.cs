using System.Text;
using BenchmarkDotNet.Attributes;
using Broker.Authorization;
using Broker.Uris;

namespace Broker.Benchmarks;

/// <summary>
/// Whether a role with 200 rules may do something: 70 exact ones, 65 prefixes and 65 wildcards. Prefixes have many lengths and wildcards several shapes, so that no
/// table by length or shape would do.
/// </summary>
[MemoryDiagnoser]
public class Authorize
{
    private readonly PermissionSet _permissions = new(Role(), UriRules.Default);
    private LastGrants _last;

    /// <summary>The rules.</summary>
    public static RoleOptions Role()
    {
        var rules = new List<PermissionRule>();
        for (var i = 0; i < 70; i++)
        {
            rules.Add(Rule($"com.example.plant.line{i}.sensor42.temperature", MatchPolicy.Exact));
        }

        for (var i = 0; i < 65; i++)
        {
            rules.Add(Rule($"com.example.site{new string('x', i)}.", MatchPolicy.Prefix));
            rules.Add(Rule(Wildcard(i), MatchPolicy.Wildcard));
        }

        return new RoleOptions { Name = "device", Permissions = rules };
    }

    /// <summary>A topic that an exact rule names.</summary>
    [Benchmark]
    public bool ByExactRule() => MayPublish("com.example.plant.line7.sensor42.temperature"u8);

    /// <summary>A topic below a prefix.</summary>
    [Benchmark]
    public bool ByPrefix() => MayPublish("com.example.sitexxxxxxxxxxxxxxxx.line7.sensor42.temperature"u8);

    /// <summary>A topic that a wildcard matches.</summary>
    [Benchmark]
    public bool ByWildcard() => MayPublish("com.example.hall6.line31.pressure.value"u8);

    /// <summary>The same again and again, as a session asks for it.</summary>
    [Benchmark]
    public bool ByWildcardAgain() => (_last.Find(_permissions, "com.example.hall6.line31.pressure.value"u8) & Grants.Publish) != Grants.None;

    /// <summary>A topic of which no rule speaks.</summary>
    [Benchmark]
    public bool ByNoRule() => MayPublish("com.example.plant.line99.sensor42.humidity"u8);

    /// <summary>A SUBSCRIBE of a pattern.</summary>
    [Benchmark]
    public bool Pattern() =>
        _permissions.Covers(RealmAction.Subscribe, "com.example.sitexxxxxxxx.line7."u8, MatchPolicy.Prefix) == DecisionOutcome.Allowed;

    private static string Wildcard(int i) => (i % 5) switch
    {
        0 => $"com.example..line{i}.pressure.value",
        1 => $"com.example.hall{i}...value",
        2 => $"com..hall{i}.line{i}..value",
        3 => $"com.example..line{i}.",
        _ => $"..hall{i}.line{i}.pressure.",
    };

    private static PermissionRule Rule(string uri, MatchPolicy match) => new() { Uri = uri, Match = match, AllowPublish = true, AllowSubscribe = true };

    private bool MayPublish(ReadOnlySpan<byte> topic) => (_permissions.Find(topic) & Grants.Publish) != Grants.None;
}
