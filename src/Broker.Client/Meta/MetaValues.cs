using Broker.Options;
using Broker.Uris;

namespace Broker.Client.Meta;

/// <summary>Reads what the meta APIs of different routers give.</summary>
internal static class MetaValues
{
    /// <summary>A list of ids; none if it is null or missing.</summary>
    public static IReadOnlyList<long> Ids(ReceivedList values, int index) => values.IsNullOrMissing(index) ? [] : values.Get<long[]>(index)!;

    /// <summary>An id; null if it is null, 0, an empty list or missing: what routers say for none.</summary>
    public static long? IdOrNull(WampResult result)
    {
        var values = result.Arguments;
        if (values.IsNullOrMissing(0))
        {
            return null;
        }

        var id = values.IsList(0) ? values.Get<long[]>(0)!.FirstOrDefault() : values.Get<long>(0);
        return id == 0 ? null : id;
    }

    /// <summary>How many sessions were killed: some routers count them, others list them, and the specification has both.</summary>
    public static KilledSessions Killed(WampResult result)
    {
        var values = result.Arguments;
        if (values.IsNullOrMissing(0))
        {
            return new KilledSessions(0, []);
        }

        if (!values.IsList(0))
        {
            return new KilledSessions(values.Get<int>(0), Ids: null);
        }

        var ids = values.Get<long[]>(0)!;
        return new KilledSessions(ids.Length, ids);
    }

    public static IdsByMatch ByMatch(WampResult result)
    {
        var lists = result.Arguments.DictAt(0);
        return new IdsByMatch(Of("exact"), Of("prefix"), Of("wildcard"));

        IReadOnlyList<long> Of(string key) => lists.TryGet<long[]>(key, out var ids) && ids is not null ? ids : [];
    }

    public static SessionDetails Session(ReceivedDict details) => new()
    {
        Session = details.Get<long>("session"),
        AuthId = Text(details, "authid"),
        AuthRole = Text(details, "authrole"),
        AuthMethod = Text(details, "authmethod"),
        AuthProvider = Text(details, "authprovider"),
        Details = details,
    };

    public static SubscriptionDetails Subscription(ReceivedDict details) =>
        new(details.Get<long>("id"), Created(details), Text(details, "uri") ?? "", Match(details));

    public static RegistrationDetails Registration(ReceivedDict details) =>
        new(details.Get<long>("id"), Created(details), Text(details, "uri") ?? "", Match(details), Text(details, "invoke") switch
        {
            "first" => InvocationPolicy.First,
            "last" => InvocationPolicy.Last,
            "roundrobin" => InvocationPolicy.RoundRobin,
            "random" => InvocationPolicy.Random,
            _ => InvocationPolicy.Single, // some routers say nothing for the default
        });

    public static string NameOf(MatchPolicy match) => match switch
    {
        MatchPolicy.Prefix => "prefix",
        MatchPolicy.Wildcard => "wildcard",
        _ => "exact",
    };

    public static string? Text(ReceivedDict details, string key) => details.TryGet<string>(key, out var text) ? text : null;

    private static MatchPolicy Match(ReceivedDict details) => Text(details, "match") switch
    {
        "prefix" => MatchPolicy.Prefix,
        "wildcard" => MatchPolicy.Wildcard,
        _ => MatchPolicy.Exact,
    };

    private static DateTimeOffset? Created(ReceivedDict details) => details.TryGet<DateTimeOffset?>("created", out var created) ? created : null;
}
