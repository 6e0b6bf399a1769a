using System.Text.Json.Nodes;

namespace Broker.EndToEnd;

/// <summary>Foreign clients and our own SDK read the history of each other's events.</summary>
public sealed class AutobahnHistoryTests(HostedRouter router, AnyClient clients) : IClassFixture<HostedRouter>
{
    [Theory]
    [Trait("wamp", "HIS-02")]
    [Trait("wamp", "HIS-03")]
    [Trait("wamp", "HIS-05")]
    [Trait("wamp", "HIS-08")]
    [Trait("wamp", "HIS-10")]
    [MemberData(nameof(AnyClient.Pairs), MemberType = typeof(AnyClient))]
    public async Task Events_that_nobody_heard_can_be_asked_for(string from, string to)
    {
        await using var publisher = await clients.OpenAsync(from, router.Url);
        await using var reader = await clients.OpenAsync(to, router.Url);
        var topic = HostedRouter.HistoryPrefix + Guid.NewGuid().ToString("N");
        var publications = new List<long>();
        foreach (var arguments in (string[])["[1]", "[2]", "[3]"])
            publications.Add(await publisher.PublishAsync(topic, arguments));
        var lookup = reader.Call("wamp.subscription.lookup", $$"""["{{HostedRouter.HistoryPrefix}}",{"match":"prefix"}]""");
        var subscription = (long)JsonNode.Parse(await lookup.Result)![0]!;

        var all = await ReadAsync($$"""{"topic":"{{topic}}"}""");
        Assert.Equal(publications, all.Select(entry => (long)entry!["publication"]!));
        Assert.Equal(["[1]", "[2]", "[3]"], all.Select(entry => entry!["args"]!.ToJsonString()));
        Assert.All(all, entry => Assert.Equal((subscription, topic), ((long)entry!["subscription"]!, (string)entry["details"]!["topic"]!)));
        var last = await ReadAsync($$"""{"topic":"{{topic}}","reverse":true,"limit":2,"from_publication":{{publications[0]}}}""");
        Assert.Equal([publications[2], publications[1]], last.Select(entry => (long)entry!["publication"]!));
        Assert.Equal("wamp.error.no_such_subscription", await reader.Call("wamp.subscription.get_events", "[9007199254740991]").ErrorAsync());

        async Task<JsonArray> ReadAsync(string filter)
        {
            var events = await reader.Call("wamp.subscription.get_events", $"[{subscription}]", filter).Result;
            return JsonNode.Parse(events.Split(" {\"")[0])!.AsArray(); // the keyword results say more, as the specification allows
        }
    }
}
