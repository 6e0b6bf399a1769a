using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>Callees that read more slowly than they are called: the call fails, not the callee's session.</summary>
public sealed class SlowCallees
{
    private const string Procedure = "com.myapp.procedure";
    private readonly TestRealm _realm = new();

    [Theory, EachSerializer, Trait("wamp", "RACE-18"), Trait("wamp", "RPC-05")]
    public void A_call_that_finds_no_room_in_the_callees_queue_fails_and_the_callee_stays(SerializerKind serializer)
    {
        var (callee, caller) = (_realm.Join(serializer), _realm.Join(serializer));
        callee.Registration(Procedure);
        callee.IsSlow = true;

        var refused = caller.Call(Procedure);
        Assert.Equal(Received.Error(MessageType.Call, refused, ErrorUris.NoAvailableCallee), caller.NextError());
        callee.AssertSilent();

        callee.IsSlow = false;
        caller.Call(Procedure);
        Assert.Equal(MessageType.Invocation, callee.Next().Type);
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "SHR-05")]
    public void A_shared_registration_asks_a_callee_that_keeps_up(SerializerKind serializer)
    {
        var (slow, other, caller) = (_realm.Join(serializer), _realm.Join(serializer), _realm.Join(serializer));
        slow.Registration(Procedure, """{"invoke":"first"}""");
        other.Registration(Procedure, """{"invoke":"first"}""");
        slow.IsSlow = true;

        caller.Call(Procedure);
        Assert.Equal(MessageType.Invocation, other.Next().Type);
        slow.AssertSilent();
        caller.AssertSilent();
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "RACE-18"), Trait("wamp", "CAN-11")]
    public void A_callee_without_room_for_INTERRUPT_is_not_told_whatever_ends_its_calls(SerializerKind serializer)
    {
        var (callee, caller) = (_realm.Join(serializer, Features.CallCanceling), _realm.Join(serializer));
        callee.Registration(Procedure);
        foreach (var mode in new[] { "kill", "killnowait" })
        {
            var request = caller.Call(Procedure);
            var invocation = callee.Next().RequestId;
            callee.IsSlow = true;
            caller.Cancel(request, $"{{\"mode\":\"{mode}\"}}");
            Assert.Equal(Received.Error(MessageType.Call, request, ErrorUris.Canceled), caller.NextError());
            callee.Yield(invocation);
            caller.AssertSilent();
            callee.IsSlow = false;
        }

        caller.Call(Procedure);
        Assert.Equal(MessageType.Invocation, callee.Next().Type);
        callee.IsSlow = true;
        caller.Leave();
        callee.AssertSilent();
        Assert.Equal(0, callee.PendingInvocations);
        _realm.LeaveAll();
    }
}
