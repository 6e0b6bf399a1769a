using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Races;

/// <summary>All that can end a call, at the same time: the caller gets one terminal message, and nothing is left behind.</summary>
public sealed class CallEndRaces
{
    private const string Procedure = "com.procedure";
    private const int Calls = 100;
    private const Features All = Features.CallCanceling | Features.ProgressiveCallResults | Features.ProgressiveCallInvocations | Features.CallReroute;
    private static readonly string[] Modes = ["{\"mode\":\"kill\"}", "{\"mode\":\"killnowait\"}", "{\"mode\":\"skip\"}"];
    private readonly ManualTime _time = new();
    private readonly TestRealm _realm;

    public CallEndRaces() => _realm = new TestRealm(time: _time);

    [Theory, EachSerializer, Trait("wamp", "RACE-05"), Trait("wamp", "CAN-11"), Trait("wamp", "CAN-10"), Trait("wamp", "PCR-10"), Trait("wamp", "CTO-11")]
    public void CANCEL_crossing_answers_and_timeouts_ends_each_call_once(SerializerKind serializer)
    {
        for (var round = 0; round < 30; round++)
        {
            var (caller, callee) = (_realm.Join(serializer, All), _realm.Join(serializer, All));
            callee.Registration(Procedure);
            for (var i = 1; i <= Calls; i++)
            {
                caller.Call(Procedure, options: i % 2 == 0 ? "{\"receive_progress\":true,\"timeout\":10}" : "{\"receive_progress\":true}");
            }

            Threads.Run(
                () =>
                {
                    for (var i = 1; i <= Calls; i++)
                    {
                        caller.Cancel(i, Modes[i % 3]);
                        caller.Cancel(i, Modes[(i + round) % 3]);
                    }
                },
                () =>
                {
                    for (var i = Calls; i >= 1; i--)
                    {
                        callee.Yield(i, options: "{\"progress\":true}");
                        if (i % 5 == 0)
                        {
                            callee.Error(i, "com.error");
                        }
                        else
                        {
                            callee.Yield(i);
                        }
                    }
                },
                () => _time.Advance(TimeSpan.FromMilliseconds(10)));

            var received = caller.Rest();
            var ended = received.Where(message => message.Type == MessageType.Error || message.Details == "{}").Select(message => message.RequestId).ToList();
            Assert.Equal(Enumerable.Range(1, Calls).Select(id => (long)id), ended.Order());
            foreach (var ofCall in received.GroupBy(message => message.RequestId))
            {
                Assert.True(ofCall.Last().Type == MessageType.Error || ofCall.Last().Details == "{}"); // no part behind the end
            }

            Assert.True(callee.Rest().Where(message => message.Type == MessageType.Interrupt).GroupBy(message => message.RequestId).All(interrupts => interrupts.Count() == 1));
            Assert.Equal(0, _time.TimersSet);
            _realm.LeaveAll();
        }
    }

    [Theory, EachSerializer, Trait("wamp", "RACE-07"), Trait("wamp", "RER-02"), Trait("wamp", "RPC-05"), Trait("wamp", "CAN-11")]
    public void Callees_that_leave_or_are_unavailable_while_calls_are_canceled_end_each_call_once(SerializerKind serializer)
    {
        for (var round = 0; round < 30; round++)
        {
            var caller = _realm.Join(serializer, All);
            var callees = Enumerable.Range(0, 3).Select(_ => _realm.Join(serializer, All)).ToList();
            callees.ForEach(callee => callee.Registration(Procedure, "{\"invoke\":\"roundrobin\"}"));
            for (var i = 1; i <= Calls; i++)
            {
                caller.Call(Procedure);
            }

            Threads.Run(
                () =>
                {
                    for (var i = 1; i <= Calls; i += 2)
                    {
                        caller.Cancel(i, Modes[i % 3]);
                    }
                },
                callees[0].Leave,
                () =>
                {
                    foreach (var invocation in callees[1].Rest().Where(message => message.Type == MessageType.Invocation))
                    {
                        callees[1].Error(invocation.RequestId, ErrorUris.Unavailable);
                    }
                });
            foreach (var callee in callees.Skip(1))
            {
                foreach (var invocation in callee.Rest().Where(message => message.Type == MessageType.Invocation))
                {
                    callee.Yield(invocation.RequestId);
                }
            }

            callees[1].Leave();
            Assert.Equal(Enumerable.Range(1, Calls).Select(id => (long)id), caller.Rest().Select(answer => answer.RequestId).Order());
            Assert.Equal(0, caller.PendingCalls);
            _realm.LeaveAll();
        }
    }

    [Theory, EachSerializer, Trait("wamp", "RACE-08"), Trait("wamp", "PCI-10"), Trait("wamp", "PCI-20")]
    public void A_callee_that_leaves_or_answers_half_way_through_the_chunks_ends_the_call_once_and_the_rest_is_discarded(SerializerKind serializer)
    {
        for (var round = 0; round < 100; round++)
        {
            var (caller, callee) = (_realm.Join(serializer, All), _realm.Join(serializer, All));
            callee.Registration(Procedure);
            caller.Call(Procedure, options: "{\"progress\":true}");
            Threads.Run(
                () =>
                {
                    for (var i = 0; i < 20; i++)
                    {
                        caller.Chunk(1, Procedure, "[1]", i < 19 ? "{\"progress\":true}" : "{}");
                    }
                },
                () =>
                {
                    if (round % 2 == 0)
                    {
                        callee.Leave();
                    }
                    else
                    {
                        callee.Yield(1);
                    }
                });
            Assert.Equal(round % 2 == 0 ? ErrorUris.Canceled : "", Assert.Single(caller.Rest()).Uri);
            Assert.Equal((0, 0), (caller.PendingCalls, callee.PendingInvocations));
            _realm.LeaveAll();
        }
    }

    [Theory, EachSerializer, Trait("wamp", "RACE-25"), Trait("wamp", "SHR-05")]
    public void Roundrobin_stays_fair_among_callers_at_the_same_time(SerializerKind serializer)
    {
        var callees = Enumerable.Range(0, 3).Select(_ => _realm.Join(serializer)).ToList();
        callees.ForEach(callee => callee.Registration(Procedure, "{\"invoke\":\"roundrobin\"}"));
        var callers = Enumerable.Range(0, 3).Select(_ => _realm.Join(serializer)).ToList();
        Threads.Run([.. callers.Select(caller => (Action)(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                caller.Call(Procedure);
            }
        }))]);
        Assert.All(callees, callee => Assert.Equal(1000, callee.Rest().Count));
        callees[0].Leave();
        Threads.Run([.. callers.Select(caller => (Action)(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                caller.Call(Procedure);
            }
        }))]);
        Assert.Equal((1500, 1500), (callees[1].Rest().Count, callees[2].Rest().Count));
        _realm.LeaveAll();
    }
}
