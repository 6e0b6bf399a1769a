using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Broker.Authentication;
using Broker.Authorization;
using Broker.Hosting;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Transports;
using Broker.Uris;

namespace Broker.Limits;

/// <summary>Who sends more than its role may is held up, and nobody else.</summary>
public sealed class ThrottlingTests
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(100); // of ten messages a second
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10); // then it is seen whether there is still reason to wait

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    public async Task Messages_beyond_the_rate_have_their_turn_one_after_the_other_and_none_is_lost(
        PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync(new RateLimit { Messages = 10 });
        await using var peer = await TestPeer.JoinAsync(router, transport, serializer);

        await peer.SendAsync(Subscribe(1, 15));

        await ExpectSubscribedAsync(peer, 1, 10);
        for (var request = 11; request <= 15; request++)
        {
            await router.Clock.AwaitAsync(Turn, isTask: true);
            Assert.Equal(request - 1, router.RealmState.SubscriptionCount);
            router.Clock.Advance(Turn);
            await ExpectSubscribedAsync(peer, request, request);
        }
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    public async Task A_long_message_is_taken_and_holds_up_what_follows(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync(new RateLimit { Bytes = 1000, Burst = 2 });
        await using var peer = await TestPeer.JoinAsync(router, transport, serializer);
        var publish = $"[16,1,{{\"acknowledge\":true}},\"com.example.topic\",[\"{new string('x', 10_000)}\"]]";

        await peer.SendAsync(publish, Subscribe(2));

        await peer.ExpectAsync("[17,1,*]");
        await router.Clock.AwaitAsync(TimeSpan.FromMilliseconds(peer.Encode(publish).Length + 1 - 2000), isTask: true);
        Assert.Equal(0, router.RealmState.SubscriptionCount);
        router.Clock.Advance(TimeSpan.FromMilliseconds(peer.Encode(publish).Length + 1 - 2000));
        await ExpectSubscribedAsync(peer, 2, 2);
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket)]
    [InlineData(PeerTransport.MappedWebSocket)]
    public async Task Fragments_without_end_are_no_way_around_it(PeerTransport transport)
    {
        await using var router = await StartAsync(new RateLimit { Bytes = 1000 }, keepAlive: TimeSpan.Zero); // nobody answers pings
        await using var peer = await TestPeer.JoinAsync(router, transport);
        await peer.SendBytesAsync(ClientFrames.Join(
            [
                ClientFrames.Start(1, "["u8),
                .. Enumerable.Repeat(ClientFrames.Middle([]), 5000),
                ClientFrames.Last("32,1,{},\"com.example.topic1\"]"u8),
                peer.Frame(Subscribe(2)),
            ]));

        var seconds = 0;
        var subscribed = ExpectSubscribedAsync(peer, 1, 2);
        for (; !subscribed.IsCompleted; seconds++)
        {
            router.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(subscribed, Task.Run(Thread.Yield));
        }

        await subscribed;
        Assert.InRange(seconds, 20, int.MaxValue); // 30 KB of headers
    }

    [Fact]
    public async Task What_was_not_sent_is_saved_up_for_as_long_as_the_burst_says()
    {
        await using var router = await StartAsync(new RateLimit { Messages = 10, Burst = 3 });
        await using var peer = await TestPeer.JoinAsync(router, PeerTransport.RawSocket);
        await peer.SendAsync(Subscribe(1, 20));
        await ExpectSubscribedAsync(peer, 1, 20);
        router.Clock.Advance(TimeSpan.FromSeconds(1));

        await peer.SendAsync(Subscribe(21, 41));
        await ExpectSubscribedAsync(peer, 21, 40);
        await router.Clock.ElapseAsync(Turn, isTask: true);
        await ExpectSubscribedAsync(peer, 41, 41);

        await router.Clock.AwaitAsync(Turn, isTask: true);
        router.Clock.Advance(TimeSpan.FromHours(1));
        await peer.SendAsync(Subscribe(42, 72));
        await ExpectSubscribedAsync(peer, 42, 71);
        await router.Clock.ElapseAsync(Turn, isTask: true);
        await ExpectSubscribedAsync(peer, 72, 72);
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    public async Task Other_sessions_are_not_held_up_neither_of_the_same_role_nor_of_another(
        PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync(options =>
        {
            options.Authenticators[TestRouter.Realm] = [new RoleByAuthId()];
            options.Realms[TestRouter.Realm] = Roles(Role("limited", new RateLimit { Messages = 10 }), Role("free"));
        });
        await using var heldUp = await JoinAsync(router, transport, serializer, "limited");
        await using var same = await JoinAsync(router, transport, serializer, "limited");
        await using var other = await JoinAsync(router, transport, serializer, "free");
        await heldUp.SendAsync(Subscribe(1, 1000));
        await router.Clock.AwaitAsync(Turn, isTask: true);

        await same.SendAsync(Subscribe(1, 10));
        await ExpectSubscribedAsync(same, 1, 10);
        await other.SendAsync(Subscribe(1, 100));
        await ExpectSubscribedAsync(other, 1, 100);
        await other.SendAsync("""[16,101,{},"com.example.topic1",["x"]]""");
        await ExpectSubscribedAsync(heldUp, 1, 10);
        await heldUp.ExpectAsync("""[36,*,["x"]]"""); // it gets what others send
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    public async Task A_session_that_is_held_up_ends_when_it_is_asked_to(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync(new RateLimit { Messages = 10 });
        await using var peer = await TestPeer.JoinAsync(router, transport, serializer);
        await peer.SendAsync([.. Subscribe(1, 1000), """[6,{},"wamp.close.goodbye_and_out"]"""]);
        await ExpectSubscribedAsync(peer, 1, 10);
        await router.Clock.AwaitAsync(Turn, isTask: true);

        var stopped = router.StopAsync();

        await peer.ExpectAsync("""[6,{*},"wamp.close.system_shutdown"]""");
        await peer.ExpectCloseAsync(1001);
        await stopped;
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket, true)]
    [InlineData(PeerTransport.WebSocket, false)]
    [InlineData(PeerTransport.MappedWebSocket, true)]
    [InlineData(PeerTransport.MappedWebSocket, false)]
    [InlineData(PeerTransport.RawSocket, true)]
    [InlineData(PeerTransport.RawSocket, false)]
    [InlineData(PeerTransport.UnixSocket, false)]
    public async Task A_session_that_is_held_up_ends_when_its_connection_does(PeerTransport transport, bool isReset)
    {
        await using var router = await StartAsync(new RateLimit { Messages = 10 });
        await using var peer = await TestPeer.JoinAsync(router, transport);
        await peer.SendAsync(Subscribe(1, 1000));
        await ExpectSubscribedAsync(peer, 1, 10);
        await router.Clock.AwaitAsync(Turn, isTask: true);

        if (isReset)
        {
            peer.Reset();
        }
        else
        {
            peer.CloseOutput();
        }

        await router.WaitUntilEmptyAsync();
        Assert.Equal(0, router.RealmState.SessionCount);
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket)]
    [InlineData(PeerTransport.MappedWebSocket)]
    [Trait("wamp", "WS-09")]
    public async Task A_session_that_is_held_up_is_pinged_but_not_taken_for_dead(PeerTransport transport)
    {
        await using var router = await StartAsync(new RateLimit { Bytes = 1000 });
        await using var peer = await TestPeer.JoinAsync(router, transport);
        await peer.SendAsync($"[16,1,{{}},\"com.example.topic\",[\"{new string('x', 100_000)}\"]]", Subscribe(2));

        for (var i = 0; i < 9; i++)
        {
            await router.Clock.ElapseAsync(Longest, isTask: true);
            Assert.Equal(0, router.RealmState.SubscriptionCount);
        }

        router.Clock.Advance(Longest);
        for (var pings = 0; pings < 3; pings++)
        {
            Assert.Equal(PeerFrame.Ping, (await peer.ReceiveFrameAsync()).Kind);
        }

        await ExpectSubscribedAsync(peer, 2, 2);
    }

    [Fact]
    public async Task Joining_again_on_the_same_connection_does_not_start_anew()
    {
        await using var router = await StartAsync(new RateLimit { Messages = 10 });
        await using var peer = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        await peer.SendAsync([.. Subscribe(1, 8), """[6,{},"wamp.close.close_realm"]""", TestPeer.HelloText, Subscribe(1)]);
        await ExpectSubscribedAsync(peer, 1, 8);
        await peer.ExpectAsync("[6,*]");
        await peer.ExpectAsync("[2,*]");

        await router.Clock.AwaitAsync(Turn, isTask: true);
        Assert.Equal(0, router.RealmState.SubscriptionCount);
        router.Clock.Advance(Turn);

        await ExpectSubscribedAsync(peer, 1, 1);
    }

    [Fact]
    public async Task Another_rate_of_the_role_counts_for_sessions_that_go_on()
    {
        await using var router = await StartAsync(new RateLimit { Bytes = 1000 });
        await using var peer = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        await peer.SendAsync([$"[16,1,{{}},\"com.example.topic\",[\"{new string('x', 100_000)}\"]]", .. Subscribe(2, 100)]);
        await router.Clock.AwaitAsync(Longest, isTask: true);

        Reconfigure(Role("anonymous"));
        router.Clock.Advance(Longest);
        await ExpectSubscribedAsync(peer, 2, 100);

        Reconfigure(Role("anonymous", new RateLimit { Messages = 10 }));
        await peer.SendAsync(Subscribe(101, 111));
        await ExpectSubscribedAsync(peer, 101, 110);
        await router.Clock.ElapseAsync(Turn, isTask: true);
        await ExpectSubscribedAsync(peer, 111, 111);

        void Reconfigure(RoleOptions role)
        {
            var options = new WampRouterOptions();
            options.Realms[TestRouter.Realm] = Roles(role);
            router.Router.Reconfigure(options);
        }
    }

    [Fact]
    public async Task Being_held_up_is_counted_by_realm_and_role()
    {
        const string Counted = "counted";
        var counted = new ConcurrentQueue<(string Instrument, double Value, string? Realm)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name.StartsWith("broker.throttled", StringComparison.Ordinal))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Count(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Count(instrument, value, tags));
        listener.Start();
        await using var router = await TestRouter.StartAsync(options =>
        {
            options.Authenticators[TestRouter.Realm] = [new RoleByAuthId()];
            options.Realms[TestRouter.Realm] = Roles(Role(Counted, new RateLimit { Messages = 10 }));
        });
        await using var peer = await JoinAsync(router, PeerTransport.WebSocket, SerializerKind.Json, Counted);
        await peer.SendAsync(Subscribe(1, 11));
        await ExpectSubscribedAsync(peer, 1, 10);

        await router.Clock.ElapseAsync(Turn, isTask: true);
        await ExpectSubscribedAsync(peer, 11, 11);

        Assert.Equal([("broker.throttled", 1, TestRouter.Realm), ("broker.throttled.time", 0.1, TestRouter.Realm)], counted.Take(2));

        void Count(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (Tag(tags, "role") == Counted)
            {
                counted.Enqueue((instrument.Name, value, Tag(tags, "realm")));
            }
        }
    }

    private static string? Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string key)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == key)
            {
                return (string?)tag.Value;
            }
        }

        return null;
    }

    private static Task<TestRouter> StartAsync(RateLimit limit, TimeSpan? keepAlive = null) => TestRouter.StartAsync(options =>
    {
        options.Realms[TestRouter.Realm] = Roles(Role("anonymous", limit));
        options.KeepAliveInterval = keepAlive ?? options.KeepAliveInterval;
    });

    private static RealmOptions Roles(params RoleOptions[] roles) => new() { Roles = roles };

    private static RoleOptions Role(string name, RateLimit? rate = null) => new()
    {
        Name = name,
        Rate = rate,
        Permissions = [new PermissionRule { Uri = "", Match = MatchPolicy.Prefix, AllowPublish = true, AllowSubscribe = true }],
    };

    private static async Task<TestPeer> JoinAsync(TestRouter router, PeerTransport transport, SerializerKind serializer, string role)
    {
        var peer = await TestPeer.ConnectAsync(router, transport, serializer);
        await peer.SendAsync($$$"""[1,"realm1",{"roles":{"subscriber":{},"publisher":{}},"authmethods":["role"],"authid":"{{{role}}}"}]""");
        await peer.ExpectAsync("[2,*]");
        return peer;
    }

    private static string Subscribe(int request) => $"[32,{request},{{}},\"com.example.topic{request}\"]";

    private static string[] Subscribe(int first, int last) =>
        [.. Enumerable.Range(first, last - first + 1).Select(request => Subscribe(request))];

    private static async Task ExpectSubscribedAsync(TestPeer peer, int first, int last)
    {
        for (var request = first; request <= last; request++)
        {
            await peer.ExpectAsync($"[33,{request},*]");
        }
    }

    private sealed class RoleByAuthId : IWampAuthenticator
    {
        public string Method => "role";

        public ValueTask<AuthenticationResult> BeginAsync(AuthenticationRequest request, CancellationToken cancellationToken) =>
            ValueTask.FromResult<AuthenticationResult>(
                new AuthenticationResult.Accepted(new SessionIdentity(request.AuthId!, request.AuthId!, Method, "test")));

        public ValueTask<AuthenticationResult> ContinueAsync(
            AuthenticationRequest request, object? state, AuthenticationAnswer answer, CancellationToken cancellationToken) =>
            throw new InvalidOperationException();
    }
}
