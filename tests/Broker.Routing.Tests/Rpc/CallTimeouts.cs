using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>Calls that take too long (WAMP specification, "Call Timeouts").</summary>
public sealed class CallTimeouts
{
    private const string Procedure = "com.myapp.procedure";
    private const string TimedOut = "{\"mode\":\"killnowait\",\"reason\":\"wamp.error.timeout\"}";
    private const Features All = Features.CallCanceling | Features.CallTimeout | Features.ProgressiveCallResults | Features.CallReroute;
    private readonly ManualTime _time = new();
    private readonly TestRealm _realm;

    public CallTimeouts() => _realm = new TestRealm(time: _time);

    [Fact, Trait("wamp", "GEN-01"), Trait("wamp", "CTO-02")]
    public void The_dealer_announces_it() => Assert.True(Realm.Roles.Dealer!.Value.HasFlag(Features.CallTimeout));

    [Theory, EachSerializer, Trait("wamp", "CTO-02"), Trait("wamp", "CTO-03"), Trait("wamp", "CTO-04"), Trait("wamp", "CTO-11"), Trait("wamp", "CTO-12"), Trait("wamp", "CTO-05")]
    public void When_the_time_is_up_the_caller_gets_ERROR_and_the_callee_INTERRUPT(SerializerKind serializer)
    {
        var (caller, callee) = Start(serializer, All, "{\"timeout\":250}", invocation: "{}");
        Advance(249);
        caller.AssertSilent();
        Advance(1);
        Assert.Equal(Received.Error(MessageType.Call, 1, ErrorUris.Timeout), caller.NextError());
        Assert.Equal([Received.Interrupt(1, TimedOut)], callee.Rest());
        callee.Yield(1);
        callee.Error(1, ErrorUris.Canceled);
        Advance(1000);
        caller.AssertSilent();
        AssertNothingIsLeft(caller, callee);
    }

    [Theory, EachSerializer, Trait("wamp", "CTO-03"), Trait("wamp", "CAN-05"), Trait("wamp", "CTO-11")]
    public void A_callee_that_cannot_be_interrupted_hears_nothing(SerializerKind serializer)
    {
        var (caller, callee) = Start(serializer, Features.None, "{\"timeout\":1}", invocation: "{}");
        Advance(1);
        Assert.Equal(ErrorUris.Timeout, caller.NextError().Uri);
        callee.AssertSilent();
        callee.Yield(1);
        caller.AssertSilent();
        AssertNothingIsLeft(caller, callee);
    }

    [Theory, EachSerializer, Trait("wamp", "CTO-01")]
    public void Without_a_timeout_and_with_0_a_call_takes_as_long_as_it_likes(SerializerKind serializer)
    {
        foreach (var options in new[] { "{}", "{\"timeout\":0}" })
        {
            var (caller, callee) = Start(serializer, All, options, invocation: "{}", register: "{\"forward_timeout\":true}");
            Assert.Equal(0, _time.TimersSet);
            callee.Yield(1);
            Assert.Equal([Received.Result(1)], caller.Rest());
            callee.Leave();
        }

        var negative = _realm.Join(serializer);
        Assert.Throws<WampProtocolException>(() => negative.Call(Procedure, options: "{\"timeout\":-1}"));
    }

    [Theory, EachSerializer, Trait("wamp", "CTO-10")]
    public void Whatever_ends_the_call_stops_the_timer(SerializerKind serializer)
    {
        foreach (var end in new Action<RecordingPeer, RecordingPeer>[]
        {
            (_, callee) => callee.Yield(1),
            (_, callee) => callee.Error(1, "com.myapp.error"),
            (caller, _) => caller.Cancel(1),
            (caller, _) => caller.Leave(),
            (_, callee) => callee.Leave(),
        })
        {
            var (caller, callee) = Start(serializer, All, "{\"timeout\":50}", invocation: "{}");
            Assert.Equal(1, _time.TimersSet);
            end(caller, callee);
            Assert.Equal(0, _time.TimersSet);
            caller.Rest();
            Advance(100);
            caller.AssertSilent();
            callee.Leave();
        }
    }

    [Theory, EachSerializer, Trait("wamp", "CTO-05"), Trait("wamp", "CTO-06")]
    public void A_callee_that_asked_for_it_sees_to_timeouts_itself(SerializerKind serializer)
    {
        var (caller, callee) = Start(serializer, All, "{\"timeout\":50}", invocation: "{\"timeout\":50}", register: "{\"forward_timeout\":true}");
        Assert.Equal(0, _time.TimersSet);
        Advance(100);
        caller.AssertSilent();
        callee.Error(1, ErrorUris.Timeout);
        Assert.Equal([Received.Error(MessageType.Call, 1, ErrorUris.Timeout)], caller.Rest());
        callee.Leave();

        // Asked for, but not announced.
        (caller, callee) = Start(serializer, Features.CallCanceling, "{\"timeout\":50}", invocation: "{}", register: "{\"forward_timeout\":true}");
        Advance(50);
        Assert.Equal(ErrorUris.Timeout, caller.NextError().Uri);
        Assert.Equal([Received.Interrupt(1, TimedOut)], callee.Rest());
    }

    [Theory, EachSerializer, Trait("wamp", "CTO-08"), Trait("wamp", "PCR-15"), Trait("wamp", "RACE-20")]
    public void Each_progressive_result_starts_the_time_again(SerializerKind serializer)
    {
        var (caller, callee) = Start(serializer, All, "{\"timeout\":50,\"receive_progress\":true}", invocation: "{\"receive_progress\":true}");
        for (var i = 0; i < 20; i++)
        {
            Advance(30);
            callee.Yield(1, options: "{\"progress\":true}");
            Assert.Equal(MessageType.Result, Assert.Single(caller.Rest()).Type);
        }

        Advance(49);
        caller.AssertSilent();
        Advance(1);
        Assert.Equal(ErrorUris.Timeout, caller.NextError().Uri);
        Assert.Equal([Received.Interrupt(1, TimedOut)], callee.Rest());
        AssertNothingIsLeft(caller, callee);
    }

    [Theory, EachSerializer, Trait("wamp", "CAN-03"), Trait("wamp", "CTO-03")]
    public void A_callee_that_has_been_told_to_stop_is_not_told_again(SerializerKind serializer)
    {
        var (caller, callee) = Start(serializer, All, "{\"timeout\":50}", invocation: "{}");
        caller.Cancel(1, "{\"mode\":\"kill\"}");
        callee.Rest();
        Advance(50);
        Assert.Equal(ErrorUris.Timeout, caller.NextError().Uri);
        callee.AssertSilent();
        AssertNothingIsLeft(caller, callee);
    }

    [Theory]
    [InlineData(null, null, 0, 0)]
    [InlineData(100, null, 0, 100)]
    [InlineData(100, null, 30, 30)]
    [InlineData(100, null, 300, 300)]
    [InlineData(null, 200, 0, 200)]
    [InlineData(null, 200, 300, 200)]
    [InlineData(null, 200, 30, 30)]
    [InlineData(100, 200, 0, 100)]
    [InlineData(300, 200, 0, 200)]
    [InlineData(null, null, long.MaxValue, 315_360_000_000)]
    [Trait("wamp", "CTO-07")]
    public void The_realm_has_a_default_and_a_longest_timeout(int? byDefault, int? longest, long asked, long effective)
    {
        var realm = new TestRealm(
            new RealmOptions
            {
                DefaultCallTimeout = byDefault is { } one ? TimeSpan.FromMilliseconds(one) : null,
                MaxCallTimeout = longest is { } other ? TimeSpan.FromMilliseconds(other) : null,
            },
            _time);
        var (caller, callee) = (realm.Join(), realm.Join());
        callee.Registration(Procedure);
        caller.Call(Procedure, options: $"{{\"timeout\":{asked}}}");
        Assert.Equal(effective == 0 ? 0 : 1, _time.TimersSet);
        Advance(effective - 1);
        caller.AssertSilent();
        Advance(1);
        Assert.Equal(effective == 0 ? 0 : 1, caller.Rest().Count);
    }

    [Theory, EachSerializer, Trait("wamp", "CTO-01"), Trait("wamp", "CTO-05")]
    public void A_realm_may_count_seconds_for_clients_of_Crossbar(SerializerKind serializer)
    {
        var realm = new TestRealm(new RealmOptions { TimeoutsInSeconds = true, MaxCallTimeout = TimeSpan.FromMilliseconds(2500) }, _time);
        var (caller, plain, keeper) = (realm.Join(serializer), realm.Join(serializer), realm.Join(serializer, All));
        plain.Registration(Procedure);
        keeper.Registration("com.keeper", "{\"forward_timeout\":true}");
        var request = caller.Call(Procedure, options: "{\"timeout\":2}");
        Advance(1999);
        caller.AssertSilent();
        Advance(1);
        Assert.Equal(Received.Error(MessageType.Call, request, ErrorUris.Timeout), caller.NextError());

        caller.Call("com.keeper", options: "{\"timeout\":2}");
        Assert.Equal("{\"timeout\":2}", keeper.Next().Details);
        caller.Call("com.keeper", options: $"{{\"timeout\":{long.MaxValue}}}");
        Assert.Equal("{\"timeout\":3}", keeper.Next().Details); // 2.5 s, rounded up
    }

    [Theory, EachSerializer, Trait("wamp", "RER-08"), Trait("wamp", "CTO-02")]
    public void The_time_goes_on_when_the_call_goes_to_another_callee(SerializerKind serializer)
    {
        var (caller, one, two) = (_realm.Join(serializer), _realm.Join(serializer, All), _realm.Join(serializer, Features.CallCanceling));
        one.Registration(Procedure, "{\"invoke\":\"first\",\"forward_timeout\":true}");
        two.Registration(Procedure, "{\"invoke\":\"first\"}");
        var request = caller.Call(Procedure, options: "{\"timeout\":50}");
        Assert.Equal("{\"timeout\":50}", one.Next().Details);
        Advance(30);
        one.Error(1, ErrorUris.Unavailable);
        Assert.Equal("{}", two.Next().Details);
        Advance(19);
        caller.AssertSilent();
        Advance(1);
        Assert.Equal(Received.Error(MessageType.Call, request, ErrorUris.Timeout), caller.NextError());
        Assert.Equal([Received.Interrupt(1, TimedOut)], two.Rest());
    }

    private void AssertNothingIsLeft(RecordingPeer caller, RecordingPeer callee) =>
        Assert.Equal((0, 0, 0), (caller.PendingCalls, callee.PendingInvocations, _time.TimersSet));

    private void Advance(long milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));

    private (RecordingPeer Caller, RecordingPeer Callee) Start(SerializerKind serializer, Features features, string options, string invocation, string register = "{}")
    {
        var (caller, callee) = (_realm.Join(serializer, All), _realm.Join(serializer, features));
        callee.Registration(Procedure, register);
        caller.Call(Procedure, options: options);
        Assert.Equal(invocation, callee.Next().Details);
        return (caller, callee);
    }
}
