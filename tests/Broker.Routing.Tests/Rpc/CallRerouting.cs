using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>Callees that cannot take a call now (WAMP specification, "Call Rerouting").</summary>
public sealed class CallRerouting
{
    private const string Procedure = "com.myapp.procedure";
    private const string Unavailable = "wamp.error.unavailable";
    private readonly TestRealm _realm = new();

    [Fact, Trait("wamp", "RER-01")]
    public void The_dealer_announces_it() => Assert.True(Realm.Roles.Dealer!.Value.HasFlag(Features.CallReroute));

    [Theory, EachSerializer, Trait("wamp", "RER-02"), Trait("wamp", "RER-03"), Trait("wamp", "RER-05"), Trait("wamp", "RER-08")]
    public void The_call_goes_to_another_callee_as_the_policy_says(SerializerKind serializer)
    {
        foreach (var (policy, order) in new[] { ("first", new[] { 0, 1, 2 }), ("last", [2, 1, 0]), ("roundrobin", [0, 1, 2]) })
        {
            var (caller, callees) = Start(serializer, policy);
            var request = caller.Call(Procedure, "[\"x\"],{\"k\":1}", "{\"disclose_me\":true}");
            foreach (var chosen in order)
            {
                var invocation = callees[chosen].Next();
                Assert.Equal(("[\"x\"],{\"k\":1}", 1), (invocation.Payload, invocation.RequestId));
                Assert.Contains($"\"caller\":{caller.Session.Id}", invocation.Details, StringComparison.Ordinal);
                if (chosen != order[^1])
                {
                    callees[chosen].Error(1, Unavailable);
                    caller.AssertSilent();
                }
            }

            callees[order[^1]].Yield(1, "[5]");
            Assert.Equal([Received.Result(request, "[5]")], caller.Rest());
            Assert.All(callees, callee => Assert.Equal((0, 0), (callee.PendingInvocations, callee.Rest().Count)));
            callees.ForEach(callee => callee.Leave());
        }
    }

    [Theory, EachSerializer, Trait("wamp", "RER-03"), Trait("wamp", "RER-04")]
    public void When_all_are_unavailable_the_call_fails(SerializerKind serializer)
    {
        foreach (var policy in new[] { "first", "last", "roundrobin", "random" })
        {
            var (caller, callees) = Start(serializer, policy);
            var request = caller.Call(Procedure);
            for (var i = 0; i < 3; i++)
            {
                var asked = Assert.Single(callees, callee => callee.PendingInvocations == 1);
                Assert.Equal(1, asked.Next().RequestId);
                asked.Error(1, Unavailable);
            }

            Assert.Equal(Received.Error(MessageType.Call, request, ErrorUris.NoAvailableCallee), caller.NextError());
            Assert.Equal(0, caller.PendingCalls);
            callees.ForEach(callee => callee.AssertSilent());
            callees.ForEach(callee => callee.Leave());
        }
    }

    [Theory, EachSerializer, Trait("wamp", "RER-03"), Trait("wamp", "SHR-08")]
    public void A_call_that_nobody_takes_costs_no_callee_its_turn(SerializerKind serializer)
    {
        var (caller, callees) = Start(serializer, "roundrobin");
        caller.Call(Procedure);
        callees.ForEach(callee => callee.Error(1, Unavailable)); // each had its turn
        Assert.Equal(ErrorUris.NoAvailableCallee, caller.NextError().Uri);
        callees.ForEach(callee => callee.Rest());
        foreach (var next in callees)
        {
            caller.Call(Procedure);
            Assert.Equal(2, next.Next().RequestId);
        }
    }

    [Theory, EachSerializer, Trait("wamp", "RER-03")]
    public void A_single_callee_has_no_other(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer, Features.CallReroute));
        callee.Registration(Procedure);
        var request = caller.Call(Procedure);
        callee.Error(1, Unavailable);
        Assert.Equal(Received.Error(MessageType.Call, request, ErrorUris.NoAvailableCallee), caller.NextError());
        Assert.Equal((0, 0), (caller.PendingCalls, callee.PendingInvocations));
    }

    [Theory, EachSerializer, Trait("wamp", "RER-07")]
    public void From_a_callee_that_did_not_announce_it_the_ERROR_is_one_like_any_other(SerializerKind serializer)
    {
        var (caller, one, two) = (_realm.Join(serializer), _realm.Join(serializer), _realm.Join(serializer, Features.CallReroute));
        one.Registration(Procedure, "{\"invoke\":\"first\"}");
        two.Registration(Procedure, "{\"invoke\":\"first\"}");
        var request = caller.Call(Procedure);
        one.Error(1, Unavailable, "[1]");
        Assert.Equal(Received.Error(MessageType.Call, request, Unavailable, "[1]"), caller.Next());
        two.AssertSilent();
    }

    [Theory, EachSerializer, Trait("wamp", "RER-05")]
    public void After_a_progressive_result_and_after_kill_the_ERROR_is_one_like_any_other(SerializerKind serializer)
    {
        var (caller, callees) = Start(serializer, "first");
        caller.Call(Procedure, options: "{\"receive_progress\":true}");
        callees[0].Yield(1, "[1]", "{\"progress\":true}");
        callees[0].Error(1, Unavailable);
        Assert.Equal([MessageType.Result, MessageType.Error], caller.Rest().Select(answer => answer.Type));

        var request = caller.Call(Procedure);
        caller.Cancel(request, "{\"mode\":\"kill\"}");
        callees[0].Error(2, Unavailable);
        Assert.Equal(Received.Error(MessageType.Call, request, Unavailable), caller.Next());
        callees[1].AssertSilent();
    }

    [Theory, EachSerializer, Trait("wamp", "RER-06")]
    public void Only_callees_of_the_same_registration_are_asked(SerializerKind serializer)
    {
        var (caller, callees) = Start(serializer, "first");
        var other = _realm.Join(serializer);
        other.Registration("com.myapp", "{\"match\":\"prefix\"}");
        caller.Call(Procedure);
        callees.ForEach(callee => callee.Error(1, Unavailable));
        Assert.Equal(ErrorUris.NoAvailableCallee, caller.NextError().Uri);
        other.AssertSilent();
    }

    [Theory, EachSerializer, Trait("wamp", "RER-08"), Trait("wamp", "CAN-04")]
    public void A_rerouted_call_can_be_canceled_and_dies_with_its_caller(SerializerKind serializer)
    {
        var (caller, callees) = Start(serializer, "first");
        var (one, _) = (caller.Call(Procedure), caller.Call(Procedure));
        callees[0].Error(1, Unavailable);
        callees[0].Error(2, Unavailable);
        callees.ForEach(callee => callee.Rest());
        caller.Cancel(one);
        Assert.Equal(ErrorUris.Canceled, caller.NextError().Uri);
        Assert.Equal([1], callees[1].Rest().Select(interrupt => interrupt.RequestId));
        caller.Leave();
        Assert.Equal([(MessageType.Interrupt, 2)], callees[1].Rest().Select(interrupt => (interrupt.Type, interrupt.RequestId)));
        callees[0].AssertSilent();
        _realm.LeaveAll();
    }

    private (RecordingPeer Caller, List<RecordingPeer> Callees) Start(SerializerKind serializer, string policy)
    {
        const Features All = Features.CallReroute | Features.CallCanceling | Features.ProgressiveCallResults;
        var callees = Enumerable.Range(0, 3).Select(_ => _realm.Join(serializer, All)).ToList();
        callees.ForEach(callee => callee.Registration(Procedure, $"{{\"invoke\":\"{policy}\"}}"));
        return (_realm.Join(serializer, All), callees);
    }
}
