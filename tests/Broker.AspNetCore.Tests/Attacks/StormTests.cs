using System.Globalization;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;

namespace Broker.Attacks;

/// <summary>Attacks by the number of what is asked for, and by not taking the answers.</summary>
[Collection(nameof(Alone))]
public sealed class StormTests
{
    private const int Most = 1024; // the default limits of a session
    private const int Storm = 5000;

    public static TheoryData<PeerTransport> Transports { get; } =
        new(PeerTransport.WebSocket, PeerTransport.MappedWebSocket, PeerTransport.RawSocket);

    public static MatrixTheoryData<PeerTransport, string> TransportsAndPolicies { get; } =
        new([PeerTransport.WebSocket, PeerTransport.MappedWebSocket, PeerTransport.RawSocket], ["exact", "prefix", "wildcard"]);

    [Theory]
    [MemberData(nameof(TransportsAndPolicies))]
    public async Task A_storm_of_SUBSCRIBE_gets_what_a_session_may_have_and_leaves_nothing(PeerTransport transport, string match)
    {
        await using var attacked = await AttackedRouter.StartAsync(transport);
        await StormAsync(attacked, transport, $"[32,@,{{\"match\":\"{match}\"}},\"com.storm.t@.x\"]", accepted: 33, () => attacked.Router.RealmState.SubscriptionCount - 1);
    }

    [Theory]
    [MemberData(nameof(TransportsAndPolicies))]
    public async Task A_storm_of_REGISTER_gets_what_a_session_may_have_and_leaves_nothing(PeerTransport transport, string match)
    {
        await using var attacked = await AttackedRouter.StartAsync(transport);
        await StormAsync(attacked, transport, $"[64,@,{{\"match\":\"{match}\"}},\"com.storm.t@.x\"]", accepted: 65, () => attacked.Router.RealmState.RegistrationCount - 2);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Subscribing_and_leaving_again_and_again_keeps_no_memory(PeerTransport transport)
    {
        await using var attacked = await AttackedRouter.StartAsync(transport);
        await using (var peer = await TestPeer.JoinAsync(attacked.Router, transport))
        {
            await ChurnAsync(peer, 1, 1000); // what grows once
            await attacked.HoldsAsync(512 * 1024, () => attacked.DuringAsync(ChurnAsync(peer, 1001, Storm)));
        }

        await attacked.EndAsync();

        static async Task ChurnAsync(TestPeer peer, int first, int last)
        {
            for (var i = first; i <= last; i++)
            {
                await peer.SendAsync($"[32,{(2 * i) - 1},{{}},\"com.churn.t{i}\"]");
                var id = (await peer.ExpectAsync("[33,*]"))[2].GetInt64();
                await peer.SendAsync($"[34,{2 * i},{id}]");
                await peer.ExpectAsync($"[35,{2 * i}*]");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_storm_of_calls_to_a_callee_that_is_dead_ends_each_call_once(PeerTransport transport)
    {
        await using var attacked = await AttackedRouter.StartAsync(transport, options => options.MaxOutboundBytes = SlowPeers.MaxOutbound);
        await using (var callee = await TestPeer.JoinAsync(attacked.Router, transport, receiveBuffer: SlowPeers.SmallBuffer))
        await using (var caller = await TestPeer.JoinAsync(attacked.Router, transport))
        {
            await callee.SendAsync("""[64,1,{},"com.storm.procedure"]""");
            await callee.ExpectAsync("[65,1,*]");
            var answers = new Dictionary<string, int>(StringComparer.Ordinal);
            var answered = new HashSet<long>();
            await attacked.HoldsAsync(4 * 1024 * 1024, async () =>
            {
                var sending = SendStormAsync(caller, "[48,@,{},\"com.storm.procedure\",[\"" + new string('x', 100) + "\"]]");
                await attacked.DuringAsync(TakeAsync(Storm - Most));
                await sending;
            });
            Assert.Equal(Storm - Most, answers["wamp.error.unavailable"]);

            callee.Reset();
            await attacked.DuringAsync(TakeAsync(Most));

            Assert.Equal(Most, answers["wamp.error.canceled"]);
            Assert.Equal(Storm, answered.Count);

            async Task TakeAsync(int count)
            {
                for (var i = 0; i < count; i++)
                {
                    var error = await caller.ExpectAsync("[8,48,*]");
                    Assert.True(answered.Add(error[2].GetInt64()));
                    var uri = error[4].GetString()!;
                    answers[uri] = answers.GetValueOrDefault(uri) + 1;
                }
            }
        }

        await attacked.EndAsync();
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Subscribers_that_never_read_hold_no_more_than_the_budget_of_all_and_miss_the_rest(PeerTransport transport)
    {
        const int Subscribers = 30;
        const long Total = 2 * 1024 * 1024;
        await using var attacked = await AttackedRouter.StartAsync(transport, options =>
        {
            options.MaxOutboundBytes = SlowPeers.MaxOutbound;
            options.MaxOutboundBytesTotal = Total;
        });
        var router = attacked.Router;
        var slow = new List<TestPeer>();
        for (var i = 0; i < Subscribers; i++)
        {
            slow.Add(await SlowPeers.SubscribeAsync(router, transport, (SerializerKind)(i % 3), SlowPeers.SmallBuffer, topic: i % 2 == 0 ? "com.flood" : $"com.flood{i}"));
        }

        await using (var publisher = await TestPeer.JoinAsync(router, transport))
        {
            var payload = new string('x', 5000);
            var request = 0;
            while (router.RealmState.EventsDropped < 20 * Subscribers)
            {
                for (var i = 0; i < Subscribers; i++)
                {
                    await SlowPeers.PublishAsync(publisher, ++request, payload, i % 2 == 0 ? "com.flood" : $"com.flood{i}");
                }

                await publisher.RoutedAsync();
                await attacked.PlayRoundAsync();
                Assert.InRange(router.Context.OutboundBudget.Held.Value, 0, Total);
            }
        }

        foreach (var peer in slow)
        {
            peer.Reset();
            await peer.DisposeAsync();
        }

        await attacked.EndAsync();
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_peer_that_is_half_open_is_found_out_and_its_callers_are_told(PeerTransport transport)
    {
        await using var attacked = await AttackedRouter.StartAsync(transport, options => options.PingRawSockets = true);
        await using (var caller = await TestPeer.JoinAsync(attacked.Router, transport))
        await using (var dead = await TestPeer.JoinAsync(attacked.Router, transport)) // its socket is open, and it says nothing any more
        {
            await dead.SendAsync("""[64,1,{},"com.dead"]""", """[32,2,{},"com.news"]""");
            await dead.ExpectAsync("[65,1,*]");
            await dead.ExpectAsync("[33,2,*]");
            await caller.SendAsync("""[48,1,{},"com.dead"]""");
            await dead.ExpectAsync("[68,1,*]");
            var (isTold, seconds) = (false, 0);
            for (var found = TestRouter.WaitUntilAsync(() => attacked.Endings.Count > 0, () => "Nobody was found out."); !found.IsCompleted; seconds++)
            {
                isTold |= await ShowLifeAsync(caller);
                await attacked.LetPassAsync(seconds: 1);
            }

            isTold |= await ShowLifeAsync(caller);
            Assert.True(isTold, "The caller was not told.");
            Assert.InRange(seconds, 30, int.MaxValue);
            await attacked.AttackersAsync(1);
            Assert.Contains("ended: keep_alive_timeout.", Assert.Single(attacked.Endings), StringComparison.Ordinal);
        }

        await attacked.EndAsync();
    }

    /// <summary>Pings, and reads until the answer; gives whether its call was canceled.</summary>
    private static async Task<bool> ShowLifeAsync(TestPeer caller)
    {
        await caller.SendBytesAsync(caller.PingFrame([]));
        for (var isTold = false; ;)
        {
            var (kind, payload) = await caller.ReceiveFrameAsync();
            if (kind == PeerFrame.Pong)
            {
                return isTold;
            }

            Assert.Equal(PeerFrame.Message, kind);
            Assert.StartsWith("""[8,48,1,{},"wamp.error.canceled",""", caller.Decode(payload), StringComparison.Ordinal);
            isTold = true;
        }
    }

    private static async Task StormAsync(AttackedRouter attacked, PeerTransport transport, string request, int accepted, Func<int> count)
    {
        await using (var peer = await TestPeer.JoinAsync(attacked.Router, transport))
        {
            await attacked.HoldsAsync(4 * 1024 * 1024, async () =>
            {
                var sending = SendStormAsync(peer, request);
                await attacked.DuringAsync(TakeAsync(peer, request, accepted));
                await sending;
            });
            Assert.Equal(Most, count());
        }

        await attacked.EndAsync();
    }

    private static async Task TakeAsync(TestPeer peer, string request, int accepted)
    {
        for (var i = 1; i <= Storm; i++)
        {
            await peer.ExpectAsync(i <= Most ? $"[{accepted},{i},*]" : $"[8,{request[1..3]},{i},{{*}},\"wamp.error.unavailable\"*]");
        }
    }

    private static async Task SendStormAsync(TestPeer peer, string request)
    {
        foreach (var requests in Enumerable.Range(1, Storm).Chunk(100))
        {
            await peer.SendAsync([.. requests.Select(i => request.Replace("@", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))]);
        }
    }
}
