using Broker.Configuration.Keys;
using Broker.Realms;

namespace Broker.Configuration.Sections;

/// <summary>A realm.</summary>
internal sealed record RealmSection
{
    /// <summary>Its URI.</summary>
    [Key("Its URI.", Format = TextFormat.Realm)]
    public required string Name { get; init; }

    /// <summary>Who may do what.</summary>
    [Key(
        "Who may do what. null: everything is allowed to everyone who may join, but for ending others' sessions.",
        Example = """
            [{ "name": "anonymous", "permissions": [{ "uri": "com.example.", "match": "prefix", "allow": { "call": true, "subscribe": true } }] }]
            """)]
    public IReadOnlyList<RoleSection>? Roles { get; init; }

    /// <summary>How sessions prove who they are.</summary>
    [Key(
        "How sessions prove who they are. null: they do not, and are taken from loopback addresses only unless allow_anonymous says "
        + "otherwise, with the role anonymous.",
        Example = """{ "anonymous": { "role": "anonymous" } }""")]
    public AuthSection? Auth { get; init; }

    /// <summary>How long calls may take.</summary>
    [Key("How long calls may take.")]
    public CallTimeoutSection CallTimeout { get; init; } = new();

    /// <summary>How many calls wait.</summary>
    [Key("How many calls of one registration may wait for callees that limit how many they take at once.", Min = "0")]
    public int QueuedCalls { get; init; } = 100;

    /// <summary>What URIs look like.</summary>
    [Key("What URIs may look like: loose (anything without spaces and #) or strict (lower-case letters, digits and _ in components).")]
    public UriStrictness UriRules { get; init; }

    /// <summary>Whether the realm tells of itself.</summary>
    [Key("Whether the meta API is there: procedures and events that tell of sessions, subscriptions and registrations, and testaments.")]
    public bool MetaApi { get; init; } = true;

    /// <summary>Whether sessions may end others.</summary>
    [Key(
        "Whether every session of a realm without roles may end others by wamp.session.kill and the like. With roles, permissions decide.")]
    public bool AllowMetaKill { get; init; }

    /// <summary>Who learns who sent a message.</summary>
    [Key("Whether receivers of a message learn who sent it.")]
    public DiscloseSection Disclose { get; init; } = new();

    /// <summary>How far senders are trusted.</summary>
    [Key("How far receivers may trust senders: told to callees that announced call_trustlevels, and with events to every subscriber.")]
    public TrustLevelsSection TrustLevels { get; init; } = new();

    /// <summary>What is recorded.</summary>
    [Key(
        "Topics and patterns whose events are recorded, for wamp.subscription.get_events.",
        Example = """[{ "uri": "com.example.", "match": "prefix", "max_events": 1000 }]""")]
    public IReadOnlyList<HistorySection> History { get; init; } = [];

    /// <summary>What is retained.</summary>
    [Key("How many retained events are kept.")]
    public RetentionSection Retention { get; init; } = new();

    /// <summary>What testaments may take.</summary>
    [Key("What sessions may leave behind to be published at their end.")]
    public TestamentsSection Testaments { get; init; } = new();

    /// <summary>What happens to slow peers.</summary>
    [Key("What happens to events for a peer that reads too slowly. Replies are never dropped: without room for them the connection ends.")]
    public SlowConsumerSection SlowConsumer { get; init; } = new();
}

/// <summary>What URIs may look like.</summary>
internal enum UriStrictness
{
    /// <summary>Anything without spaces and #.</summary>
    Loose,

    /// <summary>Lower-case letters, digits and _ in components.</summary>
    Strict,
}

/// <summary>How long calls may take.</summary>
internal sealed record CallTimeoutSection
{
    /// <summary>For those that ask for none.</summary>
    [Key("The timeout of calls that ask for none. null: they may take as long as they like.", Min = "1ms", Max = "3650d", Example = "\"30s\"")]
    public TimeSpan? Default { get; init; }

    /// <summary>For all.</summary>
    [Key("The longest timeout of a call, also of those that ask for none. null: there is no longest.", Min = "1ms", Max = "3650d", Example = "\"10m\"")]
    public TimeSpan? Max { get; init; }

    /// <summary>What callers count.</summary>
    [Key(
        "Whether timeout of CALL and INVOCATION counts seconds, as with Crossbar.io, and not milliseconds: for clients that were written "
        + "for it. It holds for all sessions of the realm.")]
    public bool InSeconds { get; init; }
}

/// <summary>Who learns who sent a message.</summary>
internal sealed record DiscloseSection
{
    /// <summary>Of calls.</summary>
    [Key("Whether callees learn who calls: when the caller asks for it, always, or never.")]
    public DisclosePolicy Caller { get; init; }

    /// <summary>Of publications.</summary>
    [Key("Whether subscribers learn who published: when the publisher asks for it, always, or never.")]
    public DisclosePolicy Publisher { get; init; }
}
