using Broker.Messages;
using Broker.Peers;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>CALL, INVOCATION, YIELD, RESULT and ERROR (WAMP specification, "Calling and Invocations").</summary>
public sealed class Calling
{
    private const string Procedure = "com.myapp.procedure";
    private const string Payload = """["a",1,-1,1.5,null,true,[[]],{"x":{"y":[]}}],{"k":"v","n":[1,2]}""";
    private readonly TestRealm _realm = new();

    [Theory, EachSerializer, Trait("wamp", "RPC-01"), Trait("wamp", "URI-08")]
    public void A_call_to_nobody_is_answered_by_ERROR(SerializerKind serializer)
    {
        var caller = _realm.Join(serializer);
        Assert.Equal(Received.Error(MessageType.Call, caller.Call(Procedure, "[1]"), ErrorUris.NoSuchProcedure), caller.NextError());
        Assert.Equal(Received.Error(MessageType.Call, caller.Call("wamp.session.nothing"), ErrorUris.NoSuchProcedure), caller.NextError());
        foreach (var malformed in new[] { "", "a..b", "a b" })
        {
            Assert.Equal(Received.Error(MessageType.Call, caller.Call(malformed), ErrorUris.InvalidUri), caller.NextError());
        }

        Assert.Equal(0, caller.PendingCalls);
    }

    [Theory, EachSerializer, Trait("wamp", "RPC-02"), Trait("wamp", "RPC-03"), Trait("wamp", "RPC-04"), Trait("wamp", "SER-19")]
    [Trait("wamp", "CID-06")]
    public void A_call_is_invoked_and_its_result_returned_with_the_payloads_unchanged(SerializerKind caller, SerializerKind callee)
    {
        var (one, two) = (_realm.Join(caller), _realm.Join(callee));
        var registration = two.Registration(Procedure);
        foreach (var payload in new[] { Payload, "", "[]", "[],{\"k\":1}" })
        {
            var request = one.Call(Procedure, payload);
            var invocation = two.Next();
            Assert.Equal(Received.Invocation(invocation.RequestId, registration, payload), invocation);
            one.AssertSilent();
            two.Yield(invocation.RequestId, payload);
            Assert.Equal([Received.Result(request, payload)], one.Rest());
        }

        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "RPC-03"), Trait("wamp", "RPC-04")]
    public void An_ERROR_of_the_callee_reaches_the_caller_with_its_URI_and_payload(SerializerKind caller, SerializerKind callee)
    {
        var (one, two) = (_realm.Join(caller), _realm.Join(callee));
        two.Registration(Procedure);
        foreach (var payload in new[] { Payload, "" })
        {
            var request = one.Call(Procedure);
            two.Error(two.Next().RequestId, "com.myapp.error", payload);
            Assert.Equal([Received.Error(MessageType.Call, request, "com.myapp.error", payload)], one.Rest());
        }

        Assert.Equal((0, 0), (one.PendingCalls, two.PendingInvocations));
    }

    [Theory, EachSerializer, Trait("wamp", "RPC-06"), Trait("wamp", "ORD-05"), Trait("wamp", "RPC-05")]
    public void Many_calls_may_wait_and_results_come_in_the_order_in_which_the_callee_answers(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer));
        callee.Registration(Procedure);
        var requests = Enumerable.Range(0, 50).Select(i => caller.Call(Procedure, $"[{i}]")).ToList();
        var invocations = callee.Rest();
        Assert.Equal(50, caller.PendingCalls);
        invocations.Reverse();
        invocations.ForEach(invocation => callee.Yield(invocation.RequestId, invocation.Payload));
        requests.Reverse();
        Assert.Equal(requests.Select((request, i) => Received.Result(request, $"[{49 - i}]")), caller.Rest());
        Assert.Equal((0, 0), (caller.PendingCalls, callee.PendingInvocations));
    }

    [Theory, EachSerializer, Trait("wamp", "RPC-07"), Trait("wamp", "RACE-21")]
    public void A_session_may_call_its_own_procedure(SerializerKind serializer)
    {
        var peer = _realm.Join(serializer);
        peer.Registration(Procedure);
        var request = peer.Call(Procedure, "[1]");
        var invocation = peer.Next();
        Assert.Equal("[1]", invocation.Payload);
        peer.Yield(invocation.RequestId, "[2]");
        Assert.Equal(Received.Result(request, "[2]"), peer.Next());

        peer.Call(Procedure);
        _realm.LeaveAll(); // with a call to itself that waits
    }

    [Theory, EachSerializer, Trait("wamp", "ID-06"), Trait("wamp", "RPC-02")]
    public void Invocation_ids_count_from_1_for_each_callee(SerializerKind serializer)
    {
        var (caller, one, two) = (_realm.Join(serializer), _realm.Join(serializer), _realm.Join(serializer));
        one.Registration("com.one");
        one.Registration("com.one.more");
        two.Registration("com.two");
        foreach (var procedure in new[] { "com.one", "com.two", "com.one.more", "com.one", "com.two" })
        {
            caller.Call(procedure);
        }

        Assert.Equal([1, 2, 3], one.Rest().Select(invocation => invocation.RequestId));
        Assert.Equal([1, 2], two.Rest().Select(invocation => invocation.RequestId));
    }

    [Theory, EachSerializer, Trait("wamp", "ORD-04")]
    public void Invocations_of_one_caller_keep_their_order_across_procedures(SerializerKind caller, SerializerKind callee)
    {
        var (one, two) = (_realm.Join(caller), _realm.Join(callee));
        two.Registration("com.a");
        two.Registration("com.b");
        for (var i = 0; i < 20; i++)
        {
            one.Call(i % 2 == 0 ? "com.a" : "com.b", $"[{i}]");
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"[{i}]"), two.Rest().Select(invocation => invocation.Payload));
    }

    [Theory, EachSerializer, Trait("wamp", "RPC-09"), Trait("wamp", "PV-09")]
    public void A_second_answer_to_an_invocation_is_discarded(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer));
        callee.Registration(Procedure);
        caller.Call(Procedure);
        callee.Yield(1);
        callee.Yield(1);
        callee.Error(1, "com.myapp.error");
        Assert.Equal(MessageType.Result, Assert.Single(caller.Rest()).Type);
        Assert.Equal(MessageType.Invocation, Assert.Single(callee.Rest()).Type);
    }

    [Theory, EachSerializer, Trait("wamp", "PSZ-01")]
    public void A_call_too_long_for_the_callee_fails_and_uses_no_invocation_id(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer));
        callee.Registration(Procedure);
        callee.MaxLength = 100;
        var request = caller.Call(Procedure, $"[\"{new string('x', 200)}\"]");
        Assert.Equal(Received.Error(MessageType.Call, request, ErrorUris.PayloadSizeExceeded), caller.NextError());
        Assert.Equal((0, 0), (caller.PendingCalls, callee.PendingInvocations));
        caller.Call(Procedure);
        Assert.Equal(1, callee.Next().RequestId);
    }

    [Theory, EachSerializer, Trait("wamp", "PSZ-01"), Trait("wamp", "RPC-05")]
    public void An_answer_too_long_for_the_caller_becomes_one_ERROR(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer));
        callee.Registration(Procedure);
        caller.MaxLength = 200;
        var (one, two) = (caller.Call(Procedure), caller.Call(Procedure));
        callee.Yield(1, $"[\"{new string('x', 300)}\"]");
        callee.Error(2, "com.myapp.error", $"[\"{new string('x', 300)}\"]");
        Assert.Equal(Received.Error(MessageType.Call, one, ErrorUris.PayloadSizeExceeded), caller.NextError());
        Assert.Equal(Received.Error(MessageType.Call, two, ErrorUris.PayloadSizeExceeded), caller.NextError());
        caller.AssertSilent();
        Assert.Equal((0, 0), (caller.PendingCalls, callee.PendingInvocations));
    }
}
