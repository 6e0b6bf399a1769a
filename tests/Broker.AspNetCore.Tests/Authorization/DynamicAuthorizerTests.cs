using Broker.Hosting;
using Broker.Peers;
using Broker.Serialization;
using static Broker.Authorization.AuthorizedRealm;

namespace Broker.Authorization;

/// <summary>Dynamic authorizers (WAMP specification, "Authorization"): procedures that decide what the rules of a role leave open.</summary>
public sealed class DynamicAuthorizerTests
{
    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "AZN-08")]
    [Trait("wamp", "ORD-07")]
    [Trait("wamp", "RACE-11")]
    public async Task Messages_behind_one_that_is_being_decided_wait_for_it(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync();
        await using var authorizer = await AuthorizerAsync(router);
        await using var peer = await JoinAsync(router, "joe", transport, serializer);

        await peer.SendAsync("""[16,1,{"acknowledge":true},"com.a"]""", """[32,2,{"match":"prefix"},"com.b"]""", """[16,3,{"acknowledge":true},"com.open"]""");
        var asked = await authorizer.ExpectAsync("[68,1,*]");
        Assert.Equal(
            ("joe", "user", "realm1"),
            (asked[4][0].GetProperty("authid").GetString(), asked[4][0].GetProperty("authrole").GetString(), asked[4][0].GetProperty("realm").GetString()));
        Assert.Equal("""["com.a","publish",{"match":"exact"}]""", Rest(asked));
        await authorizer.SendAsync("""[70,1,{},[true]]""");
        asked = await authorizer.ExpectAsync("[68,2,*]");
        Assert.Equal("""["com.b","subscribe",{"match":"prefix"}]""", Rest(asked));
        await authorizer.SendAsync("""[70,2,{},[{"allow":true}]]""");

        await peer.ExpectAsync("[17,1,*]");
        await peer.ExpectAsync("[33,2,*]");
        await peer.ExpectAsync("[17,3,*]");
    }

    [Theory]
    [InlineData("""[8,68,1,{},"com.example.broken"]""")]
    [InlineData("""[70,1,{},["yes"]]""")]
    [InlineData("""[70,1,{}]""")]
    [Trait("wamp", "AZN-03")]
    public async Task Whatever_is_no_clear_answer_allows_nothing(string answer)
    {
        await using var router = await StartAsync();
        await using var authorizer = await AuthorizerAsync(router);
        await using var peer = await JoinAsync(router, "joe");

        await peer.SendAsync("""[64,1,{},"com.a"]""");
        await authorizer.ExpectAsync("[68,1,*]");
        await authorizer.SendAsync(answer);

        await peer.ExpectAsync("""[8,64,1,{},"wamp.error.authorization_failed",*]""");
        Assert.Contains(Procedure, Assert.Single(router.Logs.Errors), StringComparison.Ordinal);
        router.Logs.ForgetErrors();
    }

    [Fact]
    [Trait("wamp", "AZN-03")]
    public async Task An_authorizer_that_is_not_there_or_does_not_answer_allows_nothing()
    {
        await using var router = await StartAsync();
        await using var peer = await JoinAsync(router, "joe");
        await peer.SendAsync("""[16,1,{"acknowledge":true},"com.a"]""");
        await peer.ExpectAsync("""[8,16,1,{},"wamp.error.authorization_failed",*]""");
        await using var authorizer = await AuthorizerAsync(router);
        await peer.SendAsync("""[16,2,{"acknowledge":true},"com.a"]""");
        await authorizer.ExpectAsync("[68,1,*]");

        router.Clock.Advance(TimeSpan.FromSeconds(4));

        await peer.ExpectAsync("""[8,16,2,{},"wamp.error.authorization_failed",*]""");
        router.Logs.ForgetErrors();
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "SES-35")]
    public async Task A_session_that_ends_does_not_wait_for_the_authorizer(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync();
        await using var authorizer = await AuthorizerAsync(router);
        await using var peer = await JoinAsync(router, Everybody.Brief, transport, serializer);
        await peer.SendAsync("""[16,1,{"acknowledge":true},"com.a"]""");
        await authorizer.ExpectAsync("[68,1,*]");

        router.Clock.Advance(Everybody.BriefTime);

        await peer.ExpectAsync("""[6,{*},"wamp.error.authentication_required"]""");
        await peer.SendAsync("""[6,{},"wamp.close.goodbye_and_out"]""");
        await peer.ExpectCloseAsync(1008);
        await authorizer.SendAsync("""[70,1,{},[true]]""");

        await using var other = await JoinAsync(router, Everybody.Brief);
        await other.SendAsync("""[16,1,{"acknowledge":true},"com.a"]""");
        await other.ExpectAsync("[17,1,*]"); // by the answer that the first session did not wait for
    }

    [Fact]
    [Trait("wamp", "WS-09")]
    public async Task Who_waits_for_a_decision_is_not_taken_for_dead()
    {
        await using var router = await TestRouter.StartAsync(options => Configure(options).Authorizer = new AuthorizerOptions { Timeout = TimeSpan.FromHours(1) });
        await using var authorizer = await AuthorizerAsync(router, PeerTransport.RawSocket);
        await using var peer = await JoinAsync(router, "joe");
        await peer.SendAsync("""[16,1,{"acknowledge":true},"com.a"]""");
        await authorizer.ExpectAsync("[68,1,*]");
        for (var pings = 0; pings < 3; pings++)
        {
            router.Clock.Advance(router.Router.Options.KeepAliveInterval + TimeSpan.FromSeconds(1));
            var (kind, payload) = await peer.ReceiveFrameAsync();
            Assert.Equal(PeerFrame.Ping, kind);
            await peer.SendBytesAsync(peer.PongFrame(payload)); // lies unread
            router.Clock.Advance(router.Router.Options.KeepAliveTimeout + TimeSpan.FromSeconds(1));
        }

        await authorizer.SendAsync("""[70,1,{},[true]]""");

        await peer.ExpectAsync("[17,1,*]");
    }
}
