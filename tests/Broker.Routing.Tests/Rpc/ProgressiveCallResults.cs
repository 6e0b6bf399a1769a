using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>Results in several parts (WAMP specification, "Progressive Call Results").</summary>
public sealed class ProgressiveCallResults
{
    private const string Procedure = "com.myapp.procedure";
    private const string Ask = "{\"receive_progress\":true}";
    private const string Progress = "{\"progress\":true}";
    private const Features Both = Features.ProgressiveCallResults | Features.CallCanceling;
    private readonly TestRealm _realm = new();

    [Fact, Trait("wamp", "PCR-01"), Trait("wamp", "PCR-02")]
    public void The_dealer_announces_it_together_with_call_canceling() => Assert.True(Realm.Roles.Dealer!.Value.HasFlag(Both));

    [Theory, EachSerializer, Trait("wamp", "PCR-04"), Trait("wamp", "PCR-06"), Trait("wamp", "PCR-07"), Trait("wamp", "PCR-09"), Trait("wamp", "PCR-18"), Trait("wamp", "ORD-05")]
    public void Each_progressive_YIELD_becomes_a_RESULT_at_once_until_the_final_one(SerializerKind one, SerializerKind two)
    {
        var (caller, callee) = (_realm.Join(one, Both), _realm.Join(two, Both));
        var registration = callee.Registration(Procedure);
        var request = caller.Call(Procedure, "[0]", Ask);
        Assert.Equal(Received.Invocation(1, registration, "[0]", Ask), callee.Next());
        for (var i = 1; i <= 3; i++)
        {
            callee.Yield(1, $"[{i}]", Progress);
            Assert.Equal([Received.Result(request, $"[{i}]", Progress)], caller.Rest());
        }

        callee.Yield(1, "[],{\"sum\":6}");
        Assert.Equal([Received.Result(request, "[],{\"sum\":6}")], caller.Rest());
        Assert.Equal((0, 0), (caller.PendingCalls, callee.PendingInvocations));
        callee.AssertSilent();
    }

    [Theory, EachSerializer, Trait("wamp", "PCR-09"), Trait("wamp", "PCR-11")]
    public void Parts_may_be_empty_and_an_ERROR_ends_them(SerializerKind serializer)
    {
        var (caller, callee) = Start(serializer, Both, Both);
        callee.Yield(1, "", Progress);
        callee.Yield(1, "[],{\"k\":[1]}", Progress);
        callee.Error(1, "com.myapp.error", "[1]");
        Assert.Equal(
            [Received.Result(1, "", Progress), Received.Result(1, "[],{\"k\":[1]}", Progress), Received.Error(MessageType.Call, 1, "com.myapp.error", "[1]")], caller.Rest());
    }

    [Theory, EachSerializer, Trait("wamp", "PCR-03"), Trait("wamp", "PCR-04"), Trait("wamp", "PCR-05"), Trait("wamp", "PCR-08"), Trait("wamp", "PCR-12")]
    public void Unless_both_ends_announced_it_and_the_caller_asked_nothing_is_said_and_parts_are_discarded(SerializerKind serializer)
    {
        foreach (var (caller, callee, options) in new[]
        {
            (Features.None, Both, Ask),
            (Both, Features.None, Ask),
            (Both, Features.ProgressiveCallResults, Ask),
            (Both, Features.CallCanceling, Ask),
            (Both, Both, "{}"),
            (Both, Both, "{\"receive_progress\":false}"),
        })
        {
            var (asking, asked) = Start(serializer, caller, callee, options, details: "{}");
            asked.Yield(1, "[1]", Progress);
            asking.AssertSilent();
            asked.Yield(1, "[2]", "{\"progress\":false}");
            Assert.Equal([Received.Result(1, "[2]")], asking.Rest());
            asked.Leave();
        }
    }

    [Theory, EachSerializer, Trait("wamp", "PCR-10"), Trait("wamp", "PV-09")]
    public void Parts_behind_the_final_result_are_discarded_and_parts_of_nothing_break_the_protocol(SerializerKind serializer)
    {
        var (caller, callee) = Start(serializer, Both, Both);
        callee.Yield(1);
        caller.Rest();
        callee.Yield(1, "[1]", Progress);
        caller.AssertSilent();
        Assert.Throws<WampProtocolException>(() => callee.Yield(2, "[1]", Progress));
    }

    [Theory, EachSerializer, Trait("wamp", "PCR-13"), Trait("wamp", "PCR-14")]
    public void Leaving_ends_the_call_as_any_other(SerializerKind serializer)
    {
        var (caller, callee) = Start(serializer, Both, Both);
        callee.Yield(1, "[1]", Progress);
        caller.Rest();
        callee.Leave();
        Assert.Equal(Received.Error(MessageType.Call, 1, ErrorUris.Canceled), caller.NextError());

        (caller, callee) = Start(serializer, Both, Both);
        callee.Yield(1, "[1]", Progress);
        caller.Leave();
        Assert.Equal([Received.Interrupt(1, "{\"mode\":\"killnowait\"}")], callee.Rest());
        callee.Yield(1, "[1]", Progress);
        callee.Yield(1);
        callee.AssertSilent();
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "CAN-04"), Trait("wamp", "CAN-03"), Trait("wamp", "PCR-10")]
    public void Canceling_stops_the_parts_and_kill_awaits_the_final_one(SerializerKind serializer)
    {
        var (caller, callee) = Start(serializer, Both, Both);
        callee.Yield(1, "[1]", Progress);
        caller.Rest();
        caller.Cancel(1);
        Assert.Equal(ErrorUris.Canceled, caller.NextError().Uri);
        callee.Yield(1, "[2]", Progress);
        caller.AssertSilent();
        callee.Leave();

        (caller, callee) = Start(serializer, Both, Both);
        caller.Cancel(1, "{\"mode\":\"kill\"}");
        callee.Yield(1, "[1]", Progress);
        callee.Yield(1, "[2]");
        Assert.Equal([Received.Result(1, "[1]", Progress), Received.Result(1, "[2]")], caller.Rest());
    }

    [Theory, EachSerializer, Trait("wamp", "PSZ-01"), Trait("wamp", "CAN-11")]
    public void A_part_too_long_for_the_caller_ends_the_call_once(SerializerKind serializer)
    {
        var (caller, callee) = Start(serializer, Both, Both);
        caller.MaxLength = 200;
        callee.Yield(1, $"[\"{new string('x', 300)}\"]", Progress);
        Assert.Equal(Received.Error(MessageType.Call, 1, ErrorUris.PayloadSizeExceeded), caller.NextError());
        Assert.Equal([Received.Interrupt(1, "{\"mode\":\"killnowait\"}")], callee.Rest());
        callee.Yield(1);
        caller.AssertSilent();
        Assert.Equal((0, 0), (caller.PendingCalls, callee.PendingInvocations));
    }

    private (RecordingPeer Caller, RecordingPeer Callee) Start(
        SerializerKind serializer, Features callerFeatures, Features calleeFeatures, string options = Ask, string details = Ask)
    {
        var (caller, callee) = (_realm.Join(serializer, callerFeatures), _realm.Join(serializer, calleeFeatures));
        callee.Registration(Procedure);
        caller.Call(Procedure, options: options);
        Assert.Equal(details, callee.Next().Details);
        return (caller, callee);
    }
}
