using Broker.Messages;
using Broker.Peers;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Races;

/// <summary>Callers and callees that come, answer and go at the same time.</summary>
public sealed class RpcRaces
{
    private const string Procedure = "com.procedure";
    private readonly TestRealm _realm = new();

    [Theory, EachSerializer, Trait("wamp", "RACE-03"), Trait("wamp", "ORD-06"), Trait("wamp", "RPC-05")]
    public void REGISTERED_comes_before_the_first_INVOCATION_and_early_calls_are_refused(SerializerKind serializer)
    {
        const int Calls = 2000;
        var (callee, one, two) = (_realm.Join(serializer), _realm.Join(serializer), _realm.Join(serializer));
        var called = 0;
        void CallMany(RecordingPeer caller)
        {
            for (var i = 0; i < Calls; i++)
            {
                caller.Call(Procedure);
                Interlocked.Increment(ref called);
            }
        }

        Threads.Run(
            () => CallMany(one),
            () => CallMany(two),
            () =>
            {
                Threads.AwaitAtLeast(ref called, Calls / 2);
                callee.Register(Procedure);
            });

        var received = callee.Rest();
        Assert.Equal(MessageType.Registered, received[0].Type);
        Assert.Equal(Enumerable.Range(1, received.Count - 1).Select(id => (long)id), received.Skip(1).Select(invocation => invocation.RequestId));
        foreach (var caller in new[] { one, two })
        {
            var refused = caller.Rest();
            Assert.All(refused, error => Assert.Equal(ErrorUris.NoSuchProcedure, error.Uri));
            Assert.Equal(Enumerable.Range(1, refused.Count).Select(id => (long)id), refused.Select(error => error.RequestId));
            Assert.Equal(Calls - refused.Count, caller.PendingCalls);
        }

        Assert.Equal(one.PendingCalls + two.PendingCalls, callee.PendingInvocations);
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "RACE-04"), Trait("wamp", "REG-05"), Trait("wamp", "RPC-05")]
    public void UNREGISTER_during_calls_lets_those_that_run_finish_and_refuses_the_others(SerializerKind serializer)
    {
        const int Calls = 2000;
        var (callee, caller) = (_realm.Join(serializer), _realm.Join(serializer));
        var registration = callee.Registration(Procedure);
        var called = 0;
        Threads.Run(
            () =>
            {
                for (var i = 0; i < Calls; i++)
                {
                    caller.Call(Procedure, $"[{i + 1}]");
                    Volatile.Write(ref called, i + 1);
                }
            },
            () =>
            {
                Threads.AwaitAtLeast(ref called, Calls / 2);
                callee.Unregister(registration);
            });

        var received = callee.Rest();
        Assert.Equal(MessageType.Unregistered, received[^1].Type);
        foreach (var invocation in received.SkipLast(1))
        {
            callee.Yield(invocation.RequestId, invocation.Payload);
        }

        var answers = caller.Rest();
        Assert.Equal(Enumerable.Range(1, Calls).Select(id => (long)id), answers.Select(answer => answer.RequestId).Order());
        Assert.Equal(received.Count - 1, answers.Count(answer => answer.Type == MessageType.Result && answer.Payload == $"[{answer.RequestId}]"));
        Assert.Equal((0, 0), (caller.PendingCalls, callee.PendingInvocations));
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "RACE-06"), Trait("wamp", "RPC-22")]
    public void A_caller_that_leaves_while_its_answers_are_on_the_way_harms_nobody(SerializerKind serializer)
    {
        for (var round = 0; round < 200; round++)
        {
            var (callee, caller, other) = (_realm.Join(serializer), _realm.Join(serializer), _realm.Join(serializer));
            callee.Registration(Procedure);
            for (var i = 0; i < 5; i++)
            {
                caller.Call(Procedure);
                other.Call(Procedure);
            }

            var ids = callee.Rest().ConvertAll(invocation => invocation.RequestId);
            var received = 0;
            Threads.Run(
                () =>
                {
                    caller.Leave();
                    received = caller.Rest().Count;
                },
                () => ids.ForEach(id => callee.Yield(id)));
            caller.AssertSilent(); // nothing once Leave has returned
            Assert.InRange(received, 0, 5);
            Assert.Equal([1, 2, 3, 4, 5], other.Rest().Select(result => result.RequestId));
            callee.AssertSilent();
            _realm.LeaveAll();
        }
    }

    [Theory, EachSerializer, Trait("wamp", "RACE-07"), Trait("wamp", "RPC-30"), Trait("wamp", "RPC-05")]
    public void A_callee_that_leaves_while_calls_and_answers_cross_ends_every_call_once(SerializerKind serializer)
    {
        for (var round = 0; round < 100; round++)
        {
            var callee = _realm.Join(serializer);
            callee.Registration(Procedure);
            var callers = Enumerable.Range(0, 2).Select(_ => _realm.Join(serializer)).ToList();
            callers.ForEach(caller => caller.Call(Procedure));
            var answering = callee.Rest().ConvertAll(invocation => invocation.RequestId);
            Threads.Run(
            [
                callee.Leave,
                () => answering.ForEach(id => callee.Yield(id)),
                .. callers.Select(caller => (Action)(() =>
                {
                    for (var i = 0; i < 5; i++)
                    {
                        caller.Call(Procedure);
                    }
                })),
            ]);
            foreach (var caller in callers)
            {
                var answers = caller.Rest();
                Assert.Equal([1, 2, 3, 4, 5, 6], answers.Select(answer => answer.RequestId).Order());
                Assert.All(answers, answer => Assert.Contains(answer.Uri, new[] { "", ErrorUris.Canceled, ErrorUris.NoSuchProcedure }));
            }

            _realm.LeaveAll();
        }
    }

    [Theory, EachSerializer, Trait("wamp", "RACE-09"), Trait("wamp", "ID-06"), Trait("wamp", "ID-13"), Trait("wamp", "ORD-04")]
    public void Pipelined_requests_of_100_sessions_are_answered_one_to_one(SerializerKind serializer)
    {
        const int Calls = 20;
        var callees = Enumerable.Range(0, 2).Select(_ => _realm.Join(serializer)).ToList();
        callees[0].Registration("com.0");
        callees[1].Registration("com.1");
        var peers = Enumerable.Range(0, 100).Select(_ => _realm.Join(serializer)).ToList();
        Threads.Run([.. peers.Chunk(25).Select(chunk => (Action)(() =>
        {
            for (var i = 0; i < Calls; i++)
            {
                foreach (var peer in chunk)
                {
                    peer.Call($"com.{i % 2}", $"[{peer.Session.Id},{i}]");
                    peer.Subscribe($"com.topic{i % 3}");
                    peer.Publish("com.nobody", options: "{\"acknowledge\":true}");
                }
            }
        }))]);

        foreach (var callee in callees)
        {
            var invocations = callee.Rest();
            Assert.Equal(Enumerable.Range(1, 100 * Calls / 2).Select(id => (long)id), invocations.Select(invocation => invocation.RequestId));
            foreach (var calls in invocations.GroupBy(invocation => invocation.Payload.Split(',')[0]))
            {
                var order = calls.Select(invocation => int.Parse(invocation.Payload.Split(',')[1][..^1])).ToList();
                Assert.Equal(order.Order(), order);
            }

            invocations.ForEach(invocation => callee.Yield(invocation.RequestId, invocation.Payload));
        }

        foreach (var peer in peers)
        {
            var replies = peer.Rest();
            Assert.Equal(Enumerable.Range(1, 3 * Calls).Select(id => (long)id), replies.Select(reply => reply.RequestId).Order());
            Assert.All(replies, reply => Assert.Equal(
                (reply.RequestId % 3) switch { 1 => MessageType.Result, 2 => MessageType.Subscribed, _ => MessageType.Published }, reply.Type));
            Assert.All(
                replies.Where(reply => reply.Type == MessageType.Result), reply => Assert.Equal($"[{peer.Session.Id},{reply.RequestId / 3}]", reply.Payload));
        }

        _realm.LeaveAll();
    }
}
