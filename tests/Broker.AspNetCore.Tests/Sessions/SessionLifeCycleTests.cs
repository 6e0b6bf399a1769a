using Broker.Ids;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Sessions;

/// <summary>HELLO, WELCOME, ABORT and GOODBYE on the wire (WAMP specification, "Sessions").</summary>
public sealed class SessionLifeCycleTests
{
    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "SES-10")]
    [Trait("wamp", "SES-12")]
    [Trait("wamp", "SES-13")]
    [Trait("wamp", "SES-14")]
    [Trait("wamp", "TRN-01")]
    [Trait("wamp", "AUT-12")]
    public async Task WELCOME_answers_HELLO_and_tells_roles_agent_and_identity(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);

        await peer.SendAsync(TestPeer.HelloText);
        var welcome = await peer.ExpectAsync("[2,*,{*}]");

        Assert.Equal(3, welcome.GetArrayLength());
        Assert.True(WampId.IsValid(welcome[1].GetInt64()));
        var details = welcome[2];
        Assert.True(details.GetProperty("roles").TryGetProperty("broker", out _));
        Assert.True(details.GetProperty("roles").TryGetProperty("dealer", out _));
        Assert.StartsWith("Broker/", details.GetProperty("agent").GetString(), StringComparison.Ordinal);
        Assert.Equal("realm1", details.GetProperty("realm").GetString());
        Assert.Equal("anonymous", details.GetProperty("authrole").GetString());
        Assert.Equal("anonymous", details.GetProperty("authmethod").GetString());
        Assert.NotEmpty(details.GetProperty("authid").GetString()!);
        Assert.NotEmpty(details.GetProperty("authprovider").GetString()!);
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "SES-12")]
    [Trait("wamp", "GEN-01")]
    [Trait("wamp", "PCR-01"), Trait("wamp", "PCR-02"), Trait("wamp", "PCI-01"), Trait("wamp", "CAN-01"), Trait("wamp", "RER-01"), Trait("wamp", "CTL-03")]
    [Trait("wamp", "HIS-01"), Trait("wamp", "SME-01"), Trait("wamp", "RME-01"), Trait("wamp", "SBM-01"), Trait("wamp", "PPT-01")]
    public async Task WELCOME_announces_the_features_of_both_roles(PeerTransport transport, SerializerKind serializer)
    {
        string[] broker =
        [
            "event_history", "event_retention", "pattern_based_subscription", "payload_passthru_mode", "publication_trustlevels", "publisher_exclusion",
            "publisher_identification", "session_meta_api", "subscriber_blackwhite_listing", "subscription_meta_api", "subscription_revocation",
        ];
        string[] dealer =
        [
            "call_canceling", "call_reroute", "call_timeout", "call_trustlevels", "caller_identification", "pattern_based_registration", "payload_passthru_mode",
            "progressive_call_invocations", "progressive_call_results", "registration_meta_api", "registration_revocation", "session_meta_api", "shared_registration",
            "testament_meta_api",
        ];
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);

        await peer.SendAsync(TestPeer.HelloText);

        var roles = (await peer.ExpectAsync("[2,*,{*}]"))[2].GetProperty("roles");
        Assert.Equal(["broker", "dealer"], roles.EnumerateObject().Select(role => role.Name).Order());
        Assert.Equal(broker, Features("broker"));
        Assert.Equal(dealer, Features("dealer"));

        IEnumerable<string> Features(string role) => roles.GetProperty(role).GetProperty("features").EnumerateObject().Select(feature =>
        {
            Assert.True(feature.Value.GetBoolean());
            return feature.Name;
        }).Order(StringComparer.Ordinal);
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "SES-30")]
    [Trait("wamp", "SES-31")]
    [Trait("wamp", "SES-36")]
    [Trait("wamp", "WS-07")]
    [Trait("wamp", "RAW-18")]
    [Trait("wamp", "ID-07")]
    public async Task GOODBYE_is_answered_once_and_another_session_can_follow_on_the_same_connection(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, transport, serializer);
        var first = peer.SessionId;
        await peer.SendAsync("""[32,1,{},"com.example.topic"]""", """[64,2,{},"com.example.procedure"]""");
        await peer.ExpectAsync("[33,1,*]");
        await peer.ExpectAsync("[65,2,*]");

        await peer.SendAsync("""[6,{},"wamp.close.close_realm"]""");
        await peer.ExpectAsync("""[6,{},"wamp.close.goodbye_and_out"]""");

        Assert.Equal((0, 0, 0), (router.RealmState.SessionCount, router.RealmState.SubscriptionCount, router.RealmState.RegistrationCount));
        await peer.JoinAsync();
        Assert.NotEqual(first, peer.SessionId);
        await peer.SendAsync("""[32,1,{},"com.example.topic"]""");
        await peer.ExpectAsync("[33,1,*]");
        await peer.SendAsync("""[6,{},"wamp.close.close_realm"]""");
        await peer.ExpectAsync("""[6,{},"wamp.close.goodbye_and_out"]""");
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "RACE-13")]
    [Trait("wamp", "SES-30")]
    public async Task Messages_behind_GOODBYE_are_ignored_and_those_behind_HELLO_are_taken(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);

        await peer.SendAsync(
            TestPeer.HelloText,
            """[32,1,{},"com.example.topic"]""",
            """[6,{},"wamp.close.close_realm"]""",
            """[16,2,{"acknowledge":true},"com.example.topic"]""",
            """[6,{},"wamp.close.goodbye_and_out"]""",
            """[48,3,{},"com.example.procedure"]""",
            TestPeer.HelloText,
            """[32,1,{},"com.example.topic"]""");

        await peer.ExpectAsync("[2,*]");
        await peer.ExpectAsync("[33,1,*]");
        await peer.ExpectAsync("""[6,{},"wamp.close.goodbye_and_out"]""");
        await peer.ExpectAsync("[2,*]");
        await peer.ExpectAsync("[33,1,*]");
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "SES-21")]
    [Trait("wamp", "SES-23")]
    [Trait("wamp", "SES-25")]
    [Trait("wamp", "PV-33")]
    public async Task ABORT_is_not_answered_before_HELLO(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);

        await peer.SendAsync("""[3,{},"com.example.changed_my_mind"]""");

        await peer.ExpectCloseAsync(1000);
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "SES-21")]
    [Trait("wamp", "SES-22")]
    [Trait("wamp", "PV-33")]
    public async Task ABORT_is_not_answered_in_a_session(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, transport, serializer);

        await peer.SendAsync("""[3,{"message":"no"},"wamp.error.protocol_violation",["a"],{"b":1}]""", """[32,1,{},"com.example.topic"]""");

        await peer.ExpectCloseAsync(1000);
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "SES-08")]
    [Trait("wamp", "SES-20")]
    [Trait("wamp", "AUT-05")]
    [Trait("wamp", "URI-REF-01")]
    public async Task HELLO_that_cannot_be_met_is_refused_by_ABORT_of_three_elements(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        foreach (var (hello, reason) in new[]
        {
            ("""[1,"com.example.elsewhere",{"roles":{"caller":{}}}]""", "wamp.error.no_such_realm"),
            ("""[1,"",{"roles":{"caller":{}}}]""", "wamp.error.invalid_uri"),
            ("""[1,"no uri",{"roles":{"caller":{}}}]""", "wamp.error.invalid_uri"),
            ("""[1,"realm1",{"roles":{"caller":{}},"authmethods":["ticket"]}]""", "wamp.error.no_matching_auth_method"),
        })
        {
            await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);

            await peer.SendAsync(hello);

            Assert.NotEmpty(await peer.ExpectAbortAsync(reason));
            await peer.ExpectCloseAsync(1000);
        }
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "SES-04")]
    [Trait("wamp", "SER-14")]
    public async Task Unknown_roles_features_and_keys_of_HELLO_are_ignored(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        foreach (var details in new[]
        {
            """{"roles":{"caller":{},"conductor":{"features":{"baton":true}}}}""",
            """{"roles":{"caller":{"features":{"unheard_of":true}}},"x_private":[1,{}],"agent":"a"}""",
            """{"roles":{"subscriber":{}},"authmethods":["ticket","anonymous"]}""",
            """{"roles":{"subscriber":{}},"authmethods":[]}""",
        })
        {
            await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);

            await peer.SendAsync($"[1,\"realm1\",{details}]");

            await peer.ExpectAsync("[2,*]");
        }
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "SES-31")]
    [Trait("wamp", "SES-32")]
    [Trait("wamp", "SES-33")]
    public async Task Shutdown_sends_GOODBYE_and_ignores_what_comes_before_the_answer(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, transport, serializer);

        var stopped = router.StopAsync();
        await peer.ExpectAsync("""[6,{*},"wamp.close.system_shutdown"]""");
        await peer.SendAsync("""[32,1,{},"com.example.topic"]""", """[48,2,{},"com.example.procedure"]""", TestPeer.HelloText);
        await peer.SendAsync("""[6,{},"wamp.close.goodbye_and_out"]""");
        await peer.ExpectCloseAsync(1001);

        await stopped;
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "RACE-12")]
    [Trait("wamp", "SES-34")]
    public async Task GOODBYE_from_both_ends_at_once_is_answered_by_nobody(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, transport, serializer);

        var stopped = router.StopAsync();
        await peer.ExpectAsync("""[6,{*},"wamp.close.system_shutdown"]""");
        await peer.SendAsync("""[6,{},"wamp.close.close_realm"]"""); // as if sent before the router's was read
        await peer.ExpectCloseAsync(1001);

        await stopped;
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket)]
    [InlineData(PeerTransport.MappedWebSocket)]
    [InlineData(PeerTransport.BatchedWebSocket)]
    [InlineData(PeerTransport.MappedBatchedWebSocket)]
    [Trait("wamp", "SES-34")]
    public async Task GOODBYE_and_the_close_frame_of_the_peer_may_come_together(PeerTransport transport)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, transport);

        var stopped = router.StopAsync();
        await peer.ExpectAsync("""[6,{*},"wamp.close.system_shutdown"]""");
        await peer.SendBytesAsync([.. peer.Frame("""[6,{},"wamp.close.goodbye_and_out"]"""), .. Broker.Transports.ClientFrames.Close(1000, [])]);

        Assert.Equal(PeerFrame.Close, (await peer.ReceiveFrameAsync()).Kind);
        await peer.ExpectEndAsync(); // the clock stands still: nothing here waited for a timeout
        await stopped;
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket)]
    [InlineData(PeerTransport.MappedWebSocket)]
    [InlineData(PeerTransport.BatchedWebSocket)]
    [InlineData(PeerTransport.MappedBatchedWebSocket)]
    [Trait("wamp", "SES-39")]
    public async Task A_close_frame_answers_the_GOODBYE_of_a_shutdown_as_well(PeerTransport transport)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, transport);

        var stopped = router.StopAsync();
        await peer.ExpectAsync("""[6,{*},"wamp.close.system_shutdown"]""");
        await peer.SendBytesAsync(Broker.Transports.ClientFrames.Close(1000, []));

        Assert.Equal(PeerFrame.Close, (await peer.ReceiveFrameAsync()).Kind);
        await peer.ExpectEndAsync();
        await stopped;
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "SES-39")]
    public async Task A_lost_connection_takes_its_session_along(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        var peer = await TestPeer.JoinAsync(router, transport, serializer);
        await peer.SendAsync("""[32,1,{},"com.example.topic"]""", """[64,2,{},"com.example.procedure"]""");
        await peer.ExpectAsync("[33,1,*]");
        await peer.ExpectAsync("[65,2,*]");

        peer.Reset();

        await router.WaitUntilEmptyAsync();
        Assert.Equal((0, 0, 0), (router.RealmState.SessionCount, router.RealmState.SubscriptionCount, router.RealmState.RegistrationCount));
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "SES-11")]
    [Trait("wamp", "ID-02")]
    [Trait("wamp", "ID-03")]
    public async Task Session_ids_differ_and_are_spread_over_the_whole_range(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);
        var ids = new HashSet<long>();
        for (var i = 0; i < 50; i++)
        {
            await peer.JoinAsync();
            Assert.True(ids.Add(peer.SessionId));
            await peer.SendAsync("""[6,{},"wamp.close.close_realm"]""");
            await peer.ExpectAsync("[6,*]");
        }

        Assert.True(ids.Max() > 1L << 51); // all 50 below a quarter of the range: one in 10^30
    }
}
