using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>The private option <c>_concurrency</c> of REGISTER, which is Crossbar.io's <c>concurrency</c>: calls wait until the callee has room.</summary>
public sealed class CallConcurrency
{
    private const string Procedure = "com.myapp.procedure";
    private readonly TestRealm _realm = new(new RealmOptions { MaxQueuedCalls = 5 });

    [Theory, EachSerializer]
    public void Calls_beyond_the_limit_wait_in_their_order(SerializerKind serializer)
    {
        foreach (var key in new[] { "_concurrency", "concurrency" })
        {
            var (caller, callee) = Start(serializer, $"{{\"{key}\":2}}");
            for (var i = 1; i <= 7; i++)
            {
                caller.Call(Procedure, $"[{i}]");
            }

            Assert.Equal(["[1]", "[2]"], callee.Rest().Select(invocation => invocation.Payload));
            callee.Yield(2, "[2]");
            Assert.Equal(["[3]"], callee.Rest().Select(invocation => invocation.Payload));
            callee.Error(1, "com.myapp.error");
            Assert.Equal(["[4]"], callee.Rest().Select(invocation => invocation.Payload));
            for (var i = 3; i <= 7; i++)
            {
                callee.Yield(i, $"[{i}]");
            }

            Assert.Equal(["[5]", "[6]", "[7]"], callee.Rest().Select(invocation => invocation.Payload));
            Assert.Equal([2, 1, 3, 4, 5, 6, 7], caller.Rest().Select(answer => answer.RequestId));
            Assert.Equal((0, 0), (caller.PendingCalls, callee.PendingInvocations));
            callee.Leave();
        }
    }

    [Theory, EachSerializer]
    public void When_too_many_wait_the_next_is_refused(SerializerKind serializer)
    {
        var (caller, callee) = Start(serializer);
        for (var i = 0; i < 6; i++)
        {
            caller.Call(Procedure);
        }

        caller.AssertSilent();
        Assert.Equal(Received.Error(MessageType.Call, caller.Call(Procedure), ErrorUris.Unavailable), caller.NextError());
        callee.Yield(1);
        caller.Rest();
        caller.Call(Procedure);
        caller.AssertSilent();
        Assert.Equal([1, 2], callee.Rest().Select(invocation => invocation.RequestId));
    }

    [Theory, EachSerializer, Trait("wamp", "CAN-02"), Trait("wamp", "CAN-03"), Trait("wamp", "CAN-04"), Trait("wamp", "RPC-22")]
    public void A_waiting_call_can_be_canceled_and_dies_with_its_caller(SerializerKind serializer)
    {
        var (caller, callee) = Start(serializer);
        var other = _realm.Join(serializer);
        for (var i = 1; i <= 6; i++)
        {
            caller.Call(Procedure, $"[{i}]");
        }

        foreach (var (request, mode) in new[] { (2, "skip"), (3, "kill"), (4, "killnowait") })
        {
            caller.Cancel(request, $"{{\"mode\":\"{mode}\"}}");
            Assert.Equal(Received.Error(MessageType.Call, request, ErrorUris.Canceled), caller.NextError());
        }

        other.Call(Procedure, "[\"other\"]");
        callee.Rest();
        caller.Leave();
        Assert.Equal([MessageType.Interrupt, MessageType.Invocation], callee.Rest().Select(received => received.Type));
        callee.Yield(1);
        callee.Yield(2, "[\"other\"]");
        Assert.Equal([Received.Result(1, "[\"other\"]")], other.Rest());
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "CTO-04"), Trait("wamp", "CTO-10")]
    public void A_waiting_call_times_out(SerializerKind serializer)
    {
        var time = new ManualTime();
        var realm = new TestRealm(time: time);
        var (caller, callee) = (realm.Join(serializer), realm.Join(serializer));
        callee.Registration(Procedure, "{\"_concurrency\":1}");
        caller.Call(Procedure);
        var request = caller.Call(Procedure, options: "{\"timeout\":50}");
        callee.Rest();
        time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(Received.Error(MessageType.Call, request, ErrorUris.Timeout), caller.NextError());
        callee.Yield(1);
        callee.AssertSilent();
        Assert.Equal(0, time.TimersSet);
        realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "RPC-30")]
    public void When_the_last_callee_leaves_those_that_wait_fail(SerializerKind serializer)
    {
        foreach (var isUnregistered in new[] { false, true })
        {
            var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer));
            var id = callee.Registration(Procedure, "{\"_concurrency\":1}");
            caller.Call(Procedure);
            caller.Call(Procedure);
            if (isUnregistered)
            {
                callee.Unregister(id);
                Assert.Equal(Received.Error(MessageType.Call, 2, ErrorUris.Canceled), caller.NextError());
                callee.Yield(1);
                Assert.Equal(MessageType.Result, caller.Next().Type);
            }
            else
            {
                callee.Leave();
                Assert.Equal([(1, ErrorUris.Canceled), (2, ErrorUris.Canceled)], caller.Rest().Select(error => (error.RequestId, error.Uri)).Order());
            }

            Assert.Equal((0, 0), (caller.PendingCalls, callee.PendingInvocations));
        }
    }

    [Theory, EachSerializer, Trait("wamp", "SHR-05"), Trait("wamp", "RACE-07")]
    public void Each_callee_has_its_own_limit_and_one_that_comes_or_becomes_free_takes_the_oldest(SerializerKind serializer)
    {
        var (caller, one, two, three) = (_realm.Join(serializer), _realm.Join(serializer), _realm.Join(serializer), _realm.Join(serializer));
        one.Registration(Procedure, "{\"invoke\":\"roundrobin\",\"_concurrency\":1}");
        two.Registration(Procedure, "{\"invoke\":\"roundrobin\",\"_concurrency\":2}");
        for (var i = 1; i <= 5; i++)
        {
            caller.Call(Procedure, $"[{i}]");
        }

        Assert.Equal((1, 2), (one.Rest().Count, two.Rest().Count));
        one.Yield(1);
        Assert.Equal("[4]", one.Next().Payload);
        two.Leave();
        three.Registration(Procedure, "{\"invoke\":\"roundrobin\"}");
        Assert.Equal(["[5]"], three.Rest().Select(invocation => invocation.Payload));
        caller.Call(Procedure, "[6]");
        caller.Call(Procedure, "[7]");
        Assert.Equal(["[6]", "[7]"], three.Rest().Select(invocation => invocation.Payload));
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "SHR-05"), Trait("wamp", "SHR-08")]
    public void A_call_that_had_to_wait_costs_no_callee_its_turn(SerializerKind serializer)
    {
        var (caller, one, two) = (_realm.Join(serializer), _realm.Join(serializer), _realm.Join(serializer));
        one.Registration(Procedure, "{\"invoke\":\"roundrobin\",\"_concurrency\":1}");
        two.Registration(Procedure, "{\"invoke\":\"roundrobin\",\"_concurrency\":1}");
        caller.Call(Procedure);
        caller.Call(Procedure);
        caller.Cancel(caller.Call(Procedure)); // it waited, and nobody was asked
        one.Yield(1);
        two.Yield(1);
        Assert.Equal((1, 1), (one.Rest().Count, two.Rest().Count));
        caller.Call(Procedure);
        Assert.Equal((1, 0), (one.Rest().Count, two.Rest().Count));
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "SHR-08")]
    public void Nor_does_one_whose_caller_leaves(SerializerKind serializer)
    {
        var (caller, other) = (_realm.Join(serializer), _realm.Join(serializer));
        var callees = Enumerable.Range(0, 2).Select(_ => _realm.Join(serializer)).ToList();
        callees.ForEach(callee => callee.Registration(Procedure, "{\"invoke\":\"roundrobin\",\"_concurrency\":1}"));
        caller.Call(Procedure);
        other.Call(Procedure);
        caller.Call(Procedure); // waits
        caller.Leave();
        callees[1].Yield(1);
        callees.ForEach(callee => callee.Rest());
        other.Call(Procedure);
        Assert.Equal((1, 0), (callees[0].Rest().Count, callees[1].Rest().Count));
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "RER-02")]
    public void A_callee_that_is_unavailable_makes_room_and_the_call_waits_for_another(SerializerKind serializer)
    {
        var (caller, one, two) = (_realm.Join(serializer), _realm.Join(serializer, Features.CallReroute), _realm.Join(serializer, Features.CallReroute));
        one.Registration(Procedure, "{\"invoke\":\"first\",\"_concurrency\":1}");
        two.Registration(Procedure, "{\"invoke\":\"first\",\"_concurrency\":1}");
        caller.Call(Procedure, "[1]");
        caller.Call(Procedure, "[2]");
        one.Rest();
        one.Error(1, ErrorUris.Unavailable);
        one.AssertSilent();
        two.Rest();
        two.Yield(1);
        Assert.Equal("[1]", two.Next().Payload);
        two.Error(2, ErrorUris.Unavailable);
        Assert.Equal([(2, ""), (1, ErrorUris.NoAvailableCallee)], caller.Rest().Select(answer => (answer.RequestId, answer.Uri)));
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "RER-02")]
    public void A_call_that_waits_for_one_callee_does_not_keep_others_from_another(SerializerKind serializer)
    {
        var (caller, one, two) = (_realm.Join(serializer), _realm.Join(serializer), _realm.Join(serializer, Features.CallReroute));
        one.Registration(Procedure, "{\"invoke\":\"first\",\"_concurrency\":1}");
        two.Registration(Procedure, "{\"invoke\":\"first\",\"_concurrency\":1}");
        caller.Call(Procedure, "[1]");
        caller.Call(Procedure, "[2]");
        two.Error(1, ErrorUris.Unavailable); // the second call waits for one
        caller.Call(Procedure, "[3]");
        Assert.Equal(["[2]", "[3]"], two.Rest().Select(invocation => invocation.Payload));
        caller.Call(Procedure, "[4]");
        two.Yield(2);
        Assert.Equal("[4]", two.Next().Payload);
        one.Yield(1);
        Assert.Equal(["[1]", "[2]"], one.Rest().Select(invocation => invocation.Payload));
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "RER-04")]
    public void A_call_that_all_have_refused_does_not_wait_behind_others(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer, Features.CallReroute));
        callee.Registration(Procedure, "{\"invoke\":\"first\",\"_concurrency\":1}");
        var refused = caller.Call(Procedure, "[1]");
        caller.Call(Procedure, "[2]");
        caller.Call(Procedure, "[3]");
        callee.Error(1, ErrorUris.Unavailable);
        Assert.Equal(Received.Error(MessageType.Call, refused, ErrorUris.NoAvailableCallee), caller.NextError());
        Assert.Equal(["[1]", "[2]"], callee.Rest().Select(invocation => invocation.Payload));
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "RER-04")]
    public void A_waiting_call_whose_last_hope_leaves_fails_at_once(SerializerKind serializer)
    {
        var (caller, one, two) = (_realm.Join(serializer), _realm.Join(serializer, Features.CallReroute), _realm.Join(serializer));
        one.Registration(Procedure, "{\"invoke\":\"first\",\"_concurrency\":1}");
        var refused = caller.Call(Procedure, "[1]");
        var registration = two.Registration(Procedure, "{\"invoke\":\"first\",\"_concurrency\":1}");
        caller.Call(Procedure, "[2]");
        caller.Call(Procedure, "[3]");
        caller.Call(Procedure, "[4]");
        one.Error(1, ErrorUris.Unavailable); // one takes the third call, and the first waits for two, behind the fourth
        Assert.Equal(["[1]", "[3]"], one.Rest().Select(invocation => invocation.Payload));
        two.Unregister(registration);
        Assert.Equal(Received.Error(MessageType.Call, refused, ErrorUris.NoAvailableCallee), caller.NextError());
        one.Yield(2);
        Assert.Equal(["[4]"], one.Rest().Select(invocation => invocation.Payload));
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "ORD-04"), Trait("wamp", "RPC-05")]
    public void Under_load_the_limit_holds_and_every_call_is_answered(SerializerKind serializer)
    {
        var realm = new TestRealm(new RealmOptions { MaxQueuedCalls = 100_000, SessionLimits = SessionLimits.None });
        var callee = realm.Join(serializer);
        callee.Registration(Procedure, "{\"_concurrency\":3}");
        var callers = Enumerable.Range(0, 2).Select(_ => realm.Join(serializer)).ToList();
        const int Calls = 2000;
        var orders = new Dictionary<string, int>();
        Threads.Run(
        [
            .. callers.Select((caller, at) => (Action)(() =>
            {
                for (var i = 1; i <= Calls; i++)
                {
                    caller.Call(Procedure, $"[\"{at}\",{i}]");
                }
            })),
            () =>
            {
                var answered = 0;
                while (answered < 2 * Calls)
                {
                    var invocations = callee.Rest();
                    Assert.InRange(invocations.Count, 0, 3);
                    foreach (var invocation in invocations)
                    {
                        var (at, i) = (invocation.Payload.Split(',')[0], int.Parse(invocation.Payload.Split(',')[1][..^1]));
                        Assert.Equal(orders.GetValueOrDefault(at) + 1, i);
                        orders[at] = i;
                        callee.Yield(invocation.RequestId);
                        answered++;
                    }

                    Thread.Yield();
                }
            },
        ]);
        Assert.All(callers, caller => Assert.Equal(Calls, caller.Rest().Count(answer => answer.Type == MessageType.Result)));
        realm.LeaveAll();
    }

    private (RecordingPeer Caller, RecordingPeer Callee) Start(SerializerKind serializer, string options = "{\"_concurrency\":1}")
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer, Features.CallCanceling));
        callee.Registration(Procedure, options);
        return (caller, callee);
    }
}
