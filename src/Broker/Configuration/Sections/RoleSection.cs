using Broker.Configuration.Keys;
using Broker.Uris;

namespace Broker.Configuration.Sections;

/// <summary>A role, and what it may do.</summary>
internal sealed record RoleSection
{
    /// <summary>Its name.</summary>
    [Key("Its name, the authrole.")]
    public required string Name { get; init; }

    /// <summary>What it may do.</summary>
    [Key(
        "What it may do. Of the rules that match a URI one decides: the exact one, else a wildcard, else the longest prefix. So a wildcard "
        + "that allows com.. opens com.secret.x, although a prefix denies com.secret. there. What no rule speaks of is denied.")]
    public IReadOnlyList<PermissionSection> Permissions { get; init; } = [];

    /// <summary>Who decides what no rule speaks of.</summary>
    [Key(
        "The procedure that decides what no rule speaks of. null: it is denied.",
        Format = TextFormat.Uri,
        Example = "\"com.example.authorize\"")]
    public string? Authorizer { get; init; }

    /// <summary>How much it may send.</summary>
    [Key("How much each of its sessions may send. One that sends more is read more slowly, and not ended.")]
    public RateSection Rate { get; init; } = new();
}

/// <summary>A permission rule.</summary>
internal sealed record PermissionSection
{
    /// <summary>The URI or pattern.</summary>
    [Key(
        "The URI or pattern. The prefix \"\" matches every URI; but procedures that end others or take from them (wamp.session.kill and the "
        + "like, remove_callee, remove_subscriber, forget_decisions) are allowed only by a URI that begins with wamp. or _broker. itself.",
        Format = TextFormat.UriPattern)]
    public required string Uri { get; init; }

    /// <summary>How it matches.</summary>
    [Key("How the URI matches.")]
    public MatchPolicy Match { get; init; }

    /// <summary>What is allowed.</summary>
    [Key("What is allowed.")]
    public AllowSection Allow { get; init; } = new();

    /// <summary>Who is disclosed.</summary>
    [Key("Who is disclosed, asked or not.")]
    public RuleDiscloseSection Disclose { get; init; } = new();

    /// <summary>Taken from Crossbar.io.</summary>
    [Key("Taken, so that files of Crossbar.io fit. It changes nothing: rules are compiled once.")]
    public bool Cache { get; init; }
}

/// <summary>What a rule allows.</summary>
internal sealed record AllowSection
{
    /// <summary>To call.</summary>
    [Key("To call procedures.")]
    public bool Call { get; init; }

    /// <summary>To register.</summary>
    [Key("To register procedures.")]
    public bool Register { get; init; }

    /// <summary>To publish.</summary>
    [Key("To publish to topics.")]
    public bool Publish { get; init; }

    /// <summary>To subscribe.</summary>
    [Key("To subscribe topics, and to read their history.")]
    public bool Subscribe { get; init; }
}

/// <summary>Whom a rule discloses.</summary>
internal sealed record RuleDiscloseSection
{
    /// <summary>Callers.</summary>
    [Key("Callees learn who calls.")]
    public bool Caller { get; init; }

    /// <summary>Publishers.</summary>
    [Key("Subscribers learn who publishes.")]
    public bool Publisher { get; init; }
}

/// <summary>How much a session may send.</summary>
internal sealed record RateSection
{
    /// <summary>Messages.</summary>
    [Key("Messages a second, pings and pongs included. 0: any number.", Min = "0")]
    public int Messages { get; init; }

    /// <summary>Bytes.</summary>
    [Key("Bytes a second. 0B: any number.")]
    public ByteSize Bytes { get; init; }

    /// <summary>At once.</summary>
    [Key("For how many seconds' worth a session may save up what it does not send: so much it may send at once.", Min = "1")]
    public int Burst { get; init; } = 1;
}
