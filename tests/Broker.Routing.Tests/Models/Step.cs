using System.Text.Json.Nodes;
using Broker.Cases;
using Broker.Options;
using Broker.Serialization;

namespace Broker.Models;

/// <summary>
/// One thing that happens to a router. Steps name what came of earlier ones by their labels, so that they mean the same when others are
/// left out.
/// </summary>
internal abstract record Step
{
    /// <summary>Simpler steps to be tried in its place.</summary>
    public virtual IEnumerable<Step> Simpler() => [];
}

/// <summary>How the realm behaves; comes first, if at all.</summary>
internal sealed record Opening(Setting Setting) : Step
{
    public override IEnumerable<Step> Simpler()
    {
        var plain = new Setting();
        return ((Setting[])
        [
            Setting with { Callers = plain.Callers },
            Setting with { Publishers = plain.Publishers },
            Setting with { DefaultTimeout = plain.DefaultTimeout },
            Setting with { MaxTimeout = plain.MaxTimeout },
            Setting with { RetainedFor = plain.RetainedFor },
            Setting with { RestrictedPerTopic = plain.RestrictedPerTopic },
            Setting with { MaxQueued = plain.MaxQueued },
            Setting with { MaxHeld = plain.MaxHeld },
            Setting with { Roles = null },
            .. Setting.Roles?.Simpler().Select(roles => Setting with { Roles = roles }) ?? [],
        ]).Where(simpler => simpler != Setting).Select(simpler => new Opening(simpler));
    }

    public override string ToString() => Setting.ToString();
}

/// <summary>A peer gets a session, unless it has one.</summary>
internal sealed record Joining(
    int Peer, SerializerKind Serializer, Features Caller, Features Callee, Features Subscriber, string AuthId, string AuthRole) : Step
{
    public override IEnumerable<Step> Simpler() =>
    [
        .. Serializer == SerializerKind.Json ? (Step[])[] : [this with { Serializer = SerializerKind.Json }],
        .. Without(Caller).Select(features => this with { Caller = features }),
        .. Without(Callee).Select(features => this with { Callee = features }),
        .. Without(Subscriber).Select(features => this with { Subscriber = features }),
    ];

    public override string ToString() => $"peer {Peer} joins by {Serializer} as {AuthId}/{AuthRole}; caller: {Caller}; callee: {Callee}; subscriber: {Subscriber}";

    /// <summary>None of them, or one fewer.</summary>
    private static IEnumerable<Features> Without(Features features)
    {
        var all = Enum.GetValues<Features>().Where(one => one != Features.None && features.HasFlag(one)).ToList();
        return all.Count switch
        {
            0 => [],
            1 => [Features.None],
            _ => [Features.None, .. all.Select(one => features & ~one)],
        };
    }
}

/// <summary>A session ends.</summary>
internal sealed record Leaving(int Peer) : Step
{
    public override string ToString() => $"peer {Peer} leaves";
}

/// <summary>The roles of the realm get other rules.</summary>
internal sealed record Reloading(ModelRoles? Roles) : Step
{
    public override IEnumerable<Step> Simpler() => Roles is null ? [] : [new Reloading((ModelRoles?)null), .. Roles.Simpler().Select(roles => new Reloading(roles))];

    public override string ToString() => $"the rules are {Roles?.ToString() ?? "none: everything is allowed"}";
}

/// <summary>Time goes by.</summary>
internal sealed record Waiting(int Milliseconds) : Step
{
    public override string ToString() => $"{Milliseconds} ms go by";
}

/// <summary>A peer sends a message.</summary>
/// <param name="Label">Names what comes of it.</param>
/// <param name="Peer">Who.</param>
/// <param name="Template">
/// The message, with strings for what only shows when it is sent: <c>$next</c> for the next request id; <c>$request:5</c> for the request
/// id of the step labelled 5; <c>$invocation:5</c> for the id under which this peer was sent the call made there; <c>$subscription:5</c>
/// and
/// <c>$registration:5</c> for the ids got there; <c>$session:2</c> for the session id of peer 2.
/// </param>
internal sealed record Saying(int Label, int Peer, string Template) : Step
{
    public override IEnumerable<Step> Simpler()
    {
        var message = Parse();
        var dict = message.FirstOrDefault(element => element is JsonObject) is { } options ? message.IndexOf(options) : message.Count;
        while (message.Count - 1 > dict && message[^1] is JsonArray or JsonObject)
        {
            message.RemoveAt(message.Count - 1);
            yield return this with { Template = message.ToJsonString() };
        }

        foreach (var key in dict < message.Count ? ((JsonObject)message[dict]!).Select(option => option.Key).ToList() : [])
        {
            var without = Parse();
            ((JsonObject)without[dict]!).Remove(key);
            yield return this with { Template = without.ToJsonString() };
        }
    }

    /// <summary>The message as it is sent, or null when something it names has not come to be.</summary>
    public JsonArray? Resolve(Func<string, long?> find) => (JsonArray?)MessageTemplate.Resolve(Template, find);

    private JsonArray Parse() => (JsonArray)JsonNode.Parse(Template)!;
}
