using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>Calls in several chunks (WAMP specification, "Progressive Call Invocations").</summary>
public sealed class ProgressiveCallInvocations
{
    private const string Procedure = "com.myapp.procedure";
    private const string Progress = "{\"progress\":true}";
    private const string Last = "{}";
    private const Features All = Features.ProgressiveCallInvocations | Features.ProgressiveCallResults | Features.CallCanceling | Features.CallReroute;
    private readonly ManualTime _time = new();
    private readonly TestRealm _realm;

    public ProgressiveCallInvocations() => _realm = new TestRealm(time: _time);

    [Fact, Trait("wamp", "PCI-01")]
    public void The_dealer_announces_it_together_with_call_canceling() =>
        Assert.True(Realm.Roles.Dealer!.Value.HasFlag(Features.ProgressiveCallInvocations | Features.CallCanceling));

    [Theory, EachSerializer, Trait("wamp", "PCI-05"), Trait("wamp", "PCI-06"), Trait("wamp", "PCI-07"), Trait("wamp", "PCI-16"), Trait("wamp", "ORD-10"), Trait("wamp", "ID-05")]
    public void Chunks_go_to_the_callee_under_one_id_until_the_last(SerializerKind one, SerializerKind two)
    {
        var (caller, callee) = (_realm.Join(one, All), _realm.Join(two, All));
        var registration = callee.Registration(Procedure);
        var request = caller.Call(Procedure, "[1]", Progress);
        caller.Publish("com.topic"); // other requests in between
        caller.Chunk(request, Procedure, "[2]");
        var other = caller.Call(Procedure, "[\"other\"]");
        caller.Chunk(request, Procedure, "[3],{\"k\":1}");
        caller.Chunk(request, Procedure, "", Last);
        Assert.Equal(
            [
                Received.Invocation(1, registration, "[1]", Progress),
                Received.Invocation(1, registration, "[2]", Progress),
                Received.Invocation(2, registration, "[\"other\"]"),
                Received.Invocation(1, registration, "[3],{\"k\":1}", Progress),
                Received.Invocation(1, registration),
            ],
            callee.Rest());
        callee.Yield(2);
        callee.Yield(1, "[6]");
        Assert.Equal([Received.Result(other), Received.Result(request, "[6]")], caller.Rest());
        Assert.Equal((0, 0), (caller.PendingCalls, callee.PendingInvocations));
        callee.AssertSilent();
    }

    [Theory, EachSerializer, Trait("wamp", "PCI-02")]
    public void A_caller_that_did_not_announce_it_breaks_the_protocol(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer, All & ~Features.ProgressiveCallInvocations), _realm.Join(serializer, All));
        callee.Registration(Procedure);
        Assert.Throws<WampProtocolException>(() => caller.Call(Procedure, options: Progress));
        callee.AssertSilent();
    }

    [Theory, EachSerializer, Trait("wamp", "PCI-02")]
    public void That_holds_for_calls_of_the_routers_own_procedures_too(SerializerKind serializer)
    {
        foreach (var procedure in new[] { "wamp.session.count", "wamp.no.such.procedure" })
        {
            var caller = _realm.Join(serializer, All & ~Features.ProgressiveCallInvocations);
            Assert.Throws<WampProtocolException>(() => caller.Call(procedure, options: Progress));
            caller.AssertSilent();
        }
    }

    [Theory, EachSerializer, Trait("wamp", "PCI-04"), Trait("wamp", "PCI-20")]
    public void A_callee_that_did_not_announce_all_that_is_needed_is_not_asked_and_later_chunks_are_discarded(SerializerKind serializer)
    {
        foreach (var features in new[] { Features.None, Features.ProgressiveCallInvocations, All & ~Features.ProgressiveCallInvocations })
        {
            var (caller, callee) = (_realm.Join(serializer, All), _realm.Join(serializer, features));
            callee.Registration(Procedure);
            var request = caller.Call(Procedure, options: Progress);
            Assert.Equal(Received.Error(MessageType.Call, request, ErrorUris.FeatureNotSupported), caller.NextError());
            caller.Chunk(request, Procedure);
            caller.Chunk(request, Procedure, options: Last);
            caller.AssertSilent();
            callee.AssertSilent();
            callee.Leave();
        }
    }

    [Theory, EachSerializer, Trait("wamp", "PCI-20"), Trait("wamp", "RPC-01")]
    public void Chunks_behind_a_refused_call_are_discarded(SerializerKind serializer)
    {
        var caller = _realm.Join(serializer, All);
        foreach (var procedure in new[] { "com.nobody", "a..b" })
        {
            var request = caller.Call(procedure, options: Progress);
            caller.NextError();
            caller.Chunk(request, procedure);
            caller.Chunk(request, procedure, options: Last);
            caller.AssertSilent();
            Assert.Throws<WampProtocolException>(() => caller.Chunk(request, procedure));
        }
    }

    [Theory, EachSerializer, Trait("wamp", "PCI-08"), Trait("wamp", "SHR-09")]
    public void All_chunks_go_to_the_callee_of_the_first(SerializerKind serializer)
    {
        var callees = Enumerable.Range(0, 3).Select(_ => _realm.Join(serializer, All)).ToList();
        callees.ForEach(callee => callee.Registration(Procedure, "{\"invoke\":\"roundrobin\"}"));
        var caller = _realm.Join(serializer, All);
        var requests = Enumerable.Range(0, 3).Select(i => caller.Call(Procedure, $"[{i}]", Progress)).ToList();
        for (var chunk = 0; chunk < 3; chunk++)
        {
            requests.ForEach(request => caller.Chunk(request, Procedure, $"[{request - 1}]", chunk < 2 ? Progress : Last));
        }

        Assert.All(callees, (callee, at) => Assert.Equal(Enumerable.Repeat((1L, $"[{at}]"), 4), callee.Rest().Select(chunk => (chunk.RequestId, chunk.Payload))));
    }

    [Theory, EachSerializer, Trait("wamp", "PCI-09"), Trait("wamp", "PCI-10"), Trait("wamp", "RACE-08"), Trait("wamp", "PCI-20")]
    public void Leaving_ends_the_call_as_any_other_and_later_chunks_are_discarded(SerializerKind serializer)
    {
        var (caller, callee, request) = Start(serializer);
        callee.Leave();
        Assert.Equal(Received.Error(MessageType.Call, request, ErrorUris.Canceled), caller.NextError());
        caller.Chunk(request, Procedure);
        caller.Chunk(request, Procedure, options: Last);
        caller.AssertSilent();

        (caller, callee, _) = Start(serializer);
        caller.Leave();
        Assert.Equal([Received.Interrupt(1, "{\"mode\":\"killnowait\"}")], callee.Rest());
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "PCI-11"), Trait("wamp", "PCI-20"), Trait("wamp", "PCI-21")]
    public void The_callees_answer_ends_the_call_even_before_the_last_chunk(SerializerKind serializer)
    {
        foreach (var isError in new[] { false, true })
        {
            var (caller, callee, request) = Start(serializer);
            if (isError)
            {
                callee.Error(1, "com.myapp.error");
            }
            else
            {
                callee.Yield(1, "[1]");
            }

            Assert.Equal(request, Assert.Single(caller.Rest()).RequestId);
            caller.Chunk(request, Procedure, "[2]");
            caller.Chunk(request, Procedure, "[3]", Last);
            caller.AssertSilent();
            callee.AssertSilent();
            Assert.Throws<WampProtocolException>(() => caller.Chunk(request, Procedure, options: Last));
            callee.Leave();
        }
    }

    [Theory, EachSerializer, Trait("wamp", "PCI-13"), Trait("wamp", "PCI-14"), Trait("wamp", "PCI-15"), Trait("wamp", "PCI-16"), Trait("wamp", "PPT-14")]
    public void Options_are_those_of_the_first_chunk(SerializerKind serializer)
    {
        var (caller, callee, request) = Start(serializer);
        caller.Chunk(request, Procedure, "[1]", "{\"progress\":true,\"disclose_me\":true,\"receive_progress\":true,\"timeout\":5,\"rkey\":\"a\",\"runmode\":\"b\",\"x_own\":1}");
        Assert.Equal(Progress, callee.Next().Details);
        Assert.Equal(0, _time.TimersSet);
        callee.Yield(1, options: Progress);
        caller.AssertSilent();
    }

    [Theory, EachSerializer, Trait("wamp", "PCI-17"), Trait("wamp", "PCR-06")]
    public void Results_may_be_progressive_too(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer, All), _realm.Join(serializer, All));
        callee.Registration(Procedure);
        var request = caller.Call(Procedure, "[1]", "{\"progress\":true,\"receive_progress\":true}");
        Assert.Equal("{\"receive_progress\":true,\"progress\":true}", callee.Next().Details);
        callee.Yield(1, "[1]", Progress);
        caller.Chunk(request, Procedure, "[2]");
        callee.Yield(1, "[2]", Progress);
        caller.Chunk(request, Procedure, "[3]", Last);
        callee.Yield(1, "[3]", Progress);
        callee.Yield(1, "[4]");
        Assert.Equal(
            [Received.Result(1, "[1]", Progress), Received.Result(1, "[2]", Progress), Received.Result(1, "[3]", Progress), Received.Result(1, "[4]")], caller.Rest());
    }

    [Theory, EachSerializer, Trait("wamp", "PCI-19"), Trait("wamp", "PCI-21"), Trait("wamp", "ID-08")]
    public void Any_other_use_of_a_used_id_breaks_the_protocol(SerializerKind serializer)
    {
        var (caller, callee, request) = Start(serializer);
        Assert.Throws<WampProtocolException>(() => caller.Chunk(request + 1 + 1, Procedure)); // beyond the next
        Assert.Throws<WampProtocolException>(() => caller.Chunk(request, "com.other")); // another procedure
        caller.Chunk(request, Procedure, options: Last);
        Assert.Throws<WampProtocolException>(() => caller.Chunk(request, Procedure)); // behind the last
        Assert.Throws<WampProtocolException>(() => caller.Chunk(request, Procedure, options: Last));
        var plain = caller.Call(Procedure);
        Assert.Throws<WampProtocolException>(() => caller.Chunk(plain, Procedure)); // not progressive
        var subscription = caller.Subscribe("com.topic");
        Assert.Throws<WampProtocolException>(() => caller.Chunk(subscription, Procedure)); // no call
        callee.Yield(1);
        callee.Yield(2);
        Assert.Throws<WampProtocolException>(() => caller.Chunk(request, Procedure)); // ended after its last chunk
        Assert.Equal(3, callee.Rest().Count(received => received.Type == MessageType.Invocation) + 1);
    }

    [Theory, EachSerializer, Trait("wamp", "PCI-19")]
    public void Late_chunks_are_discarded_for_some_minutes_and_of_the_same_procedure_only(SerializerKind serializer)
    {
        var (caller, callee, request) = Start(serializer);
        callee.Yield(1);
        Assert.Throws<WampProtocolException>(() => caller.Chunk(request, "com.other"));
        _time.Advance(TimeSpan.FromMinutes(4));
        caller.Chunk(request, Procedure);
        _time.Advance(TimeSpan.FromMinutes(2));
        caller.Call("com.nobody", options: Progress); // the next one of its kind clears away the old
        Assert.Throws<WampProtocolException>(() => caller.Chunk(request, Procedure));
    }

    [Theory, EachSerializer, Trait("wamp", "PCI-23"), Trait("wamp", "CAN-03"), Trait("wamp", "CAN-04")]
    public void Chunks_behind_CANCEL_are_discarded(SerializerKind serializer)
    {
        foreach (var mode in new[] { "skip", "kill", "killnowait" })
        {
            var (caller, callee, request) = Start(serializer);
            caller.Cancel(request, $"{{\"mode\":\"{mode}\"}}");
            callee.Rest();
            caller.Rest();
            caller.Chunk(request, Procedure);
            caller.Chunk(request, Procedure, options: Last);
            callee.AssertSilent();
            callee.Yield(1);
            Assert.Equal(mode == "kill" ? 1 : 0, caller.Rest().Count);
            Assert.Equal((0, 0), (caller.PendingCalls, callee.PendingInvocations));
            callee.Leave();
        }
    }

    [Theory, EachSerializer, Trait("wamp", "PCI-22"), Trait("wamp", "PCI-20")]
    public void The_timeout_counts_from_the_first_chunk(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer, All), _realm.Join(serializer, All));
        callee.Registration(Procedure);
        var request = caller.Call(Procedure, options: "{\"progress\":true,\"timeout\":50}");
        _time.Advance(TimeSpan.FromMilliseconds(40));
        caller.Chunk(request, Procedure);
        callee.Rest();
        _time.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal(Received.Error(MessageType.Call, request, ErrorUris.Timeout), caller.NextError());
        Assert.Equal(MessageType.Interrupt, callee.Next().Type);
        caller.Chunk(request, Procedure, options: Last);
        callee.AssertSilent();
    }

    [Theory, EachSerializer, Trait("wamp", "RER-08"), Trait("wamp", "RER-02")]
    public void A_call_of_which_one_chunk_was_sent_is_rerouted_and_one_of_more_is_not(SerializerKind serializer)
    {
        var (caller, one, two) = (_realm.Join(serializer, All), _realm.Join(serializer, All), _realm.Join(serializer, All));
        one.Registration(Procedure, "{\"invoke\":\"first\"}");
        two.Registration(Procedure, "{\"invoke\":\"first\"}");
        var request = caller.Call(Procedure, "[1]", Progress);
        one.Error(1, ErrorUris.Unavailable);
        caller.Chunk(request, Procedure, "[2]", Last);
        Assert.Equal([(1, "[1]", Progress), (1, "[2]", "{}")], two.Rest().Select(chunk => ((int)chunk.RequestId, chunk.Payload, chunk.Details)));
        two.Error(1, ErrorUris.Unavailable);
        Assert.Equal(Received.Error(MessageType.Call, request, ErrorUris.Unavailable), caller.Next());
        Assert.Single(one.Rest());
    }

    [Theory, EachSerializer, Trait("wamp", "PSZ-01"), Trait("wamp", "PCI-20")]
    public void A_chunk_too_long_for_the_callee_ends_the_call(SerializerKind serializer)
    {
        var (caller, callee, request) = Start(serializer);
        callee.MaxLength = 100;
        caller.Chunk(request, Procedure, $"[\"{new string('x', 200)}\"]");
        Assert.Equal(Received.Error(MessageType.Call, request, ErrorUris.PayloadSizeExceeded), caller.NextError());
        Assert.Equal([Received.Interrupt(1, "{\"mode\":\"killnowait\"}")], callee.Rest());
        caller.Chunk(request, Procedure);
        callee.Yield(1);
        caller.AssertSilent();
    }

    [Theory, EachSerializer, Trait("wamp", "REG-04"), Trait("wamp", "PCI-08")]
    public void Chunks_go_on_after_UNREGISTER(SerializerKind serializer)
    {
        var (caller, callee, request) = Start(serializer);
        callee.Unregister(1);
        callee.Rest();
        caller.Chunk(request, Procedure, "[2]", Last);
        Assert.Equal("[2]", callee.Next().Payload);
    }

    private (RecordingPeer Caller, RecordingPeer Callee, long Request) Start(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer, All), _realm.Join(serializer, All));
        callee.Registration(Procedure);
        var request = caller.Call(Procedure, options: Progress);
        Assert.Equal(Progress, callee.Next().Details);
        return (caller, callee, request);
    }
}
