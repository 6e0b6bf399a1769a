using Broker.Realms;

namespace Broker.EndToEnd;

/// <summary>
/// The router takes registrations and subscriptions away. python3-autobahn takes the first without telling its application, and ends its own session on the
/// second, though it announces both: there, no more is tested than what it copes with.
/// </summary>
public sealed class AutobahnRevocationTests(HostedRouter hosted, AnyClient clients) : IClassFixture<HostedRouter>
{
    private const string Reason = "com.example.error.withdrawn";

    public static TheoryData<string> Callees { get; } = [.. AnyClient.Foreign, "sdk websocket json", "sdk rawsocket cbor"];

    public static TheoryData<string> Subscribers { get; } = [.. AnyClient.Node, "sdk websocket msgpack", "sdk rawsocket json"];

    [Theory]
    [Trait("wamp", "RVK-01")]
    [Trait("wamp", "RVK-04")]
    [MemberData(nameof(Callees))]
    public async Task A_callee_whose_registration_is_taken_away_is_not_called_any_more(string client)
    {
        await using var callee = await clients.OpenAsync(client, hosted.Url);
        var procedure = SharedRouter.NewUri();
        var id = await callee.RegisterAsync(procedure);
        var running = callee.Call(procedure);
        var invocation = await callee.Invocations.NextAsync();

        Assert.True(hosted.Realm.RevokeRegistration(id, hosted.Realm.FindSession(callee.Id)!, Reason));

        if (!client.StartsWith("python", StringComparison.Ordinal))
            Assert.Equal((id, Reason), await callee.Revocations.NextAsync());
        Assert.Equal("wamp.error.no_such_procedure", await callee.Call(procedure).ErrorAsync());
        await invocation.CompleteAsync("""["finished"]""");
        Assert.Equal("""["finished"]""", await running.Result.Soon());
    }

    [Theory]
    [Trait("wamp", "SRV-01")]
    [Trait("wamp", "SRV-04")]
    [MemberData(nameof(Subscribers))]
    public async Task A_subscriber_whose_subscription_is_taken_away_gets_no_more_events(string client)
    {
        await using var subscriber = await clients.OpenAsync(client, hosted.Url);
        var topic = SharedRouter.NewUri();
        var id = await subscriber.SubscribeAsync(topic);
        await subscriber.SubscribeAsync(topic + ".other");

        Assert.True(hosted.Realm.Broker.Revoke(hosted.Realm.FindSession(subscriber.Id)!, id, Reason));

        Assert.Equal((id, Reason), await subscriber.Revocations.NextAsync());
        await subscriber.PublishAsync(topic, "[1]", """{"exclude_me":false}""");
        await subscriber.PublishAsync(topic + ".other", "[2]", """{"exclude_me":false}""");
        Assert.Equal("[2]", (await subscriber.Events.NextAsync()).Arguments);
    }
}
