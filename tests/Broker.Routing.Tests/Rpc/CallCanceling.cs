using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>CANCEL and INTERRUPT (WAMP specification, "Call Canceling").</summary>
public sealed class CallCanceling
{
    private const string Procedure = "com.myapp.procedure";
    private const string Kill = "{\"mode\":\"kill\"}";
    private const string KillNoWait = "{\"mode\":\"killnowait\"}";
    private const string Skip = "{\"mode\":\"skip\"}";
    private readonly TestRealm _realm = new();

    [Fact, Trait("wamp", "CAN-01"), Trait("wamp", "GEN-01")]
    public void The_dealer_announces_it() => Assert.True(Realm.Roles.Dealer!.Value.HasFlag(Features.CallCanceling));

    [Theory, EachSerializer, Trait("wamp", "CAN-02"), Trait("wamp", "CAN-06")]
    public void Skip_ends_the_call_at_once_and_the_callee_hears_nothing(SerializerKind serializer)
    {
        var (caller, callee) = Start(serializer);
        caller.Cancel(1, Skip);
        Assert.Equal(Received.Error(MessageType.Call, 1, ErrorUris.Canceled), caller.NextError());
        callee.AssertSilent();
        callee.Yield(1);
        callee.Yield(1, options: "{\"progress\":true}");
        callee.Error(1, ErrorUris.Canceled);
        caller.AssertSilent();
        AssertNothingWaits(caller, callee);
    }

    [Theory, EachSerializer, Trait("wamp", "CAN-03"), Trait("wamp", "CAN-12"), Trait("wamp", "CAN-11")]
    public void Kill_interrupts_the_callee_and_its_answer_is_the_answer_of_the_call(SerializerKind serializer)
    {
        var (caller, callee) = Start(serializer, calls: 3);
        for (var i = 1; i <= 3; i++)
        {
            caller.Cancel(i, Kill);
            Assert.Equal([Received.Interrupt(i, Kill)], callee.Rest());
        }

        caller.AssertSilent();
        callee.Error(1, ErrorUris.Canceled, "[\"stopped\"]");
        callee.Yield(2, "[5]");
        callee.Error(3, "com.myapp.error");
        Assert.Equal(
            [Received.Error(MessageType.Call, 1, ErrorUris.Canceled, "[\"stopped\"]"), Received.Result(2, "[5]"), Received.Error(MessageType.Call, 3, "com.myapp.error")],
            caller.Rest());
        AssertNothingWaits(caller, callee);
    }

    [Theory, EachSerializer, Trait("wamp", "CAN-04"), Trait("wamp", "CAN-07"), Trait("wamp", "CAN-06"), Trait("wamp", "CAN-12")]
    public void Killnowait_and_no_mode_end_the_call_at_once_and_interrupt_the_callee(SerializerKind serializer)
    {
        foreach (var options in new[] { KillNoWait, "{}", "{\"x_other\":1}" })
        {
            var (caller, callee) = Start(serializer);
            caller.Cancel(1, options);
            Assert.Equal(Received.Error(MessageType.Call, 1, ErrorUris.Canceled), caller.NextError());
            Assert.Equal([Received.Interrupt(1, KillNoWait)], callee.Rest());
            callee.Error(1, ErrorUris.Canceled);
            callee.Yield(1);
            caller.AssertSilent();
            AssertNothingWaits(caller, callee);
            callee.Leave();
        }
    }

    [Theory, EachSerializer, Trait("wamp", "CAN-05"), Trait("wamp", "GEN-02"), Trait("wamp", "GEN-04")]
    public void A_callee_that_did_not_announce_it_is_never_interrupted(SerializerKind serializer)
    {
        foreach (var options in new[] { Kill, KillNoWait, Skip, "{}" })
        {
            var (caller, callee) = Start(serializer, Features.None);
            caller.Cancel(1, options);
            Assert.Equal(Received.Error(MessageType.Call, 1, ErrorUris.Canceled), caller.NextError());
            callee.AssertSilent();
            callee.Yield(1);
            caller.AssertSilent();
            AssertNothingWaits(caller, callee);
            callee.Leave();
        }
    }

    [Theory, EachSerializer, Trait("wamp", "CAN-08"), Trait("wamp", "SER-17")]
    public void An_unknown_mode_breaks_the_protocol(SerializerKind serializer)
    {
        var (caller, _) = Start(serializer);
        Assert.Throws<WampProtocolException>(() => caller.Cancel(1, "{\"mode\":\"abort\"}"));
        Assert.Throws<WampProtocolException>(() => caller.Cancel(1, "{\"mode\":5}"));
    }

    [Theory, EachSerializer, Trait("wamp", "CAN-09"), Trait("wamp", "ID-10")]
    public void CANCEL_of_a_call_that_has_ended_is_ignored_and_of_none_breaks_the_protocol(SerializerKind serializer)
    {
        var (caller, callee) = Start(serializer);
        callee.Yield(1);
        Assert.Equal([Received.Result(1)], caller.Rest());
        foreach (var options in new[] { Kill, KillNoWait, Skip, "{}" })
        {
            caller.Cancel(1, options);
        }

        var subscription = caller.Subscribe("com.topic");
        caller.Rest();
        caller.Cancel(subscription); // an id of another request
        caller.AssertSilent();
        callee.AssertSilent();
        Assert.Throws<WampProtocolException>(() => caller.Cancel(subscription + 1));
    }

    [Theory, EachSerializer, Trait("wamp", "CAN-10"), Trait("wamp", "CAN-11")]
    public void After_kill_another_kill_is_ignored_and_another_mode_ends_the_call_at_once(SerializerKind serializer)
    {
        foreach (var options in new[] { KillNoWait, Skip })
        {
            var (caller, callee) = Start(serializer);
            caller.Cancel(1, Kill);
            caller.Cancel(1, Kill);
            caller.AssertSilent();
            caller.Cancel(1, options);
            caller.Cancel(1, options);
            Assert.Equal(Received.Error(MessageType.Call, 1, ErrorUris.Canceled), caller.NextError());
            Assert.Equal([Received.Interrupt(1, Kill)], callee.Rest());
            callee.Error(1, ErrorUris.Canceled);
            caller.AssertSilent();
            AssertNothingWaits(caller, callee);
            callee.Leave();
        }
    }

    [Theory, EachSerializer, Trait("wamp", "CAN-19"), Trait("wamp", "RPC-30")]
    public void After_kill_the_callee_leaving_is_one_ERROR_and_the_caller_leaving_nothing_more(SerializerKind serializer)
    {
        var (caller, callee) = Start(serializer, calls: 2);
        caller.Cancel(1, Kill);
        callee.Rest();
        callee.Leave();
        Assert.Equal([(1, ErrorUris.Canceled), (2, ErrorUris.Canceled)], caller.Rest().Select(error => (error.RequestId, error.Uri)).Order());

        (caller, callee) = Start(serializer);
        caller.Cancel(1, Kill);
        callee.Rest();
        caller.Leave();
        callee.AssertSilent();
        AssertNothingWaits(caller, callee);
    }

    [Theory, EachSerializer, Trait("wamp", "CAN-20")]
    public void After_an_INTERRUPT_calls_go_on_and_the_object_of_the_canceled_one_is_not_mistaken_for_another(SerializerKind serializer)
    {
        var (caller, callee) = Start(serializer, calls: 0);
        for (var i = 1; i <= 300; i++)
        {
            var request = caller.Call(Procedure, $"[{i}]");
            Assert.Equal($"[{i}]", callee.Next().Payload);
            if (i % 3 == 0)
            {
                caller.Cancel(request, i % 2 == 0 ? Kill : KillNoWait);
                Assert.Equal(i, callee.Next().RequestId);
            }

            callee.Yield(i, $"[{i}]");
            var answer = caller.Next();
            Assert.Equal((request, i % 3 != 0 || i % 2 == 0 ? MessageType.Result : MessageType.Error), (answer.RequestId, answer.Type));
            caller.AssertSilent();
        }

        AssertNothingWaits(caller, callee);
    }

    private static void AssertNothingWaits(RecordingPeer caller, RecordingPeer callee) =>
        Assert.Equal((0, 0), (caller.PendingCalls, callee.PendingInvocations));

    /// <summary>A caller with calls that the callee has been asked.</summary>
    private (RecordingPeer Caller, RecordingPeer Callee) Start(SerializerKind serializer, Features features = Features.CallCanceling, int calls = 1)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer, features));
        callee.Registration(Procedure);
        for (var i = 0; i < calls; i++)
        {
            caller.Call(Procedure);
        }

        Assert.Equal(calls, callee.Rest().Count);
        return (caller, callee);
    }
}
