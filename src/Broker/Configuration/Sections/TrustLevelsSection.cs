using Broker.Configuration.Keys;
using Broker.Uris;

namespace Broker.Configuration.Sections;

/// <summary>How far senders are trusted.</summary>
internal sealed record TrustLevelsSection
{
    private const string Rules = """[{ "uri": "com.example.", "match": "prefix", "role": "device", "level": 2 }]""";

    /// <summary>Of calls.</summary>
    [Key("The trust levels of calls; the first rule that fits counts.", Example = Rules)]
    public IReadOnlyList<TrustLevelSection> Calls { get; init; } = [];

    /// <summary>Of publications.</summary>
    [Key("The trust levels of publications; the first rule that fits counts.", Example = Rules)]
    public IReadOnlyList<TrustLevelSection> Publications { get; init; } = [];
}

/// <summary>One trust level.</summary>
internal sealed record TrustLevelSection
{
    /// <summary>The URI or pattern.</summary>
    [Key("The topics or procedures that the rule is for. The prefix \"\" matches every URI.", Format = TextFormat.UriPattern)]
    public required string Uri { get; init; }

    /// <summary>How it matches.</summary>
    [Key("How the URI matches.")]
    public MatchPolicy Match { get; init; }

    /// <summary>The sender's role.</summary>
    [Key("The sender's role. null: any.")]
    public string? Role { get; init; }

    /// <summary>The level.</summary>
    [Key("The trust level; 0 is the lowest.", Min = "0")]
    public long Level { get; init; }
}
