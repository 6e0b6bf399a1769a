using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>What becomes of calls when one side leaves (WAMP specification, "Caller Leaving During an RPC Invocation", "Callee Leaving ...").</summary>
public sealed class LeavingWithCalls
{
    private const string Procedure = "com.myapp.procedure";
    private readonly TestRealm _realm = new();

    [Theory, EachSerializer, Trait("wamp", "RPC-21"), Trait("wamp", "RPC-22"), Trait("wamp", "RACE-06"), Trait("wamp", "PV-09")]
    public void When_the_caller_left_a_callee_without_call_canceling_hears_nothing_and_its_answer_is_discarded(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer));
        callee.Registration(Procedure);
        caller.Call(Procedure);
        caller.Call(Procedure);
        callee.Rest();
        caller.Leave();
        Assert.Equal((0, 0), (caller.PendingCalls, callee.PendingInvocations));
        callee.Yield(1);
        callee.Error(2, "com.myapp.error");
        callee.AssertSilent();
        caller.AssertSilent();
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "RPC-20"), Trait("wamp", "RPC-22"), Trait("wamp", "PCR-13")]
    public void When_the_caller_left_a_callee_with_call_canceling_is_interrupted_and_its_answer_is_discarded(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer, Features.CallCanceling));
        callee.Registration(Procedure);
        caller.Call(Procedure);
        caller.Call(Procedure);
        caller.Call(Procedure);
        callee.Rest();
        callee.Yield(2);
        caller.Leave();
        Assert.Equal(
            [Received.Interrupt(1, "{\"mode\":\"killnowait\"}"), Received.Interrupt(3, "{\"mode\":\"killnowait\"}")],
            callee.Rest().OrderBy(interrupt => interrupt.RequestId));
        callee.Yield(1);
        callee.Error(3, "wamp.error.canceled");
        callee.AssertSilent();
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "RPC-30"), Trait("wamp", "RPC-31"), Trait("wamp", "PV-35"), Trait("wamp", "RACE-07")]
    public void When_the_callee_left_every_caller_gets_one_ERROR_canceled_for_each_call(SerializerKind callee, SerializerKind caller)
    {
        var called = _realm.Join(callee);
        called.Registration(Procedure);
        var callers = Enumerable.Range(0, 10).Select(_ => _realm.Join(caller)).ToList();
        callers.ForEach(peer => { peer.Call(Procedure); peer.Call(Procedure); });
        called.Yield(1, "[1]");
        Assert.Equal(Received.Result(1, "[1]"), callers[0].Next());
        called.Leave();
        called.Leave();
        foreach (var peer in callers)
        {
            if (peer != callers[0])
            {
                Assert.Equal(Received.Error(MessageType.Call, 1, ErrorUris.Canceled), peer.NextError());
            }

            Assert.Equal(Received.Error(MessageType.Call, 2, ErrorUris.Canceled), peer.NextError());
            peer.AssertSilent();
            Assert.Equal(0, peer.PendingCalls);
        }

        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "RACE-07"), Trait("wamp", "REG-06")]
    public void After_the_callee_left_the_next_call_goes_to_its_successor_under_ids_of_its_own(SerializerKind serializer)
    {
        var (first, second, caller) = (_realm.Join(serializer), _realm.Join(serializer), _realm.Join(serializer));
        var old = first.Registration(Procedure);
        caller.Call(Procedure);
        first.Leave();
        Assert.Equal(ErrorUris.Canceled, caller.NextError().Uri);
        var registration = second.Registration(Procedure);
        Assert.NotEqual(old, registration);
        var request = caller.Call(Procedure);
        Assert.Equal(Received.Invocation(1, registration), second.Next());
        second.Yield(1);
        Assert.Equal(Received.Result(request), caller.Next());
    }

    [Theory, EachSerializer, Trait("wamp", "RPC-05")]
    public void A_session_that_is_both_caller_and_callee_leaves_nothing_behind(SerializerKind serializer)
    {
        var (one, two) = (_realm.Join(serializer), _realm.Join(serializer));
        one.Registration("com.one");
        two.Registration("com.two");
        one.Call("com.two");
        one.Call("com.one");
        var request = two.Call("com.one");
        two.Rest();
        one.Leave();
        Assert.Equal(Received.Error(MessageType.Call, request, ErrorUris.Canceled), two.NextError());
        two.AssertSilent();
        Assert.Equal((0, 0), (two.PendingCalls, two.PendingInvocations));
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "SES-33")]
    public void A_session_that_left_can_neither_call_nor_register(SerializerKind serializer)
    {
        var (callee, gone) = (_realm.Join(serializer), _realm.Join(serializer));
        callee.Registration(Procedure);
        gone.Leave();
        gone.Call(Procedure);
        gone.Call("com.nobody");
        gone.Register("com.other");
        gone.AssertSilent();
        callee.AssertSilent();
        Assert.Equal(1, _realm.Realm.RegistrationCount);
        _realm.LeaveAll();
    }
}
