using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>Each call that went to a callee is told of once, when it has ended, with the time that it took.</summary>
public sealed class CallDurations
{
    private const string Procedure = "com.myapp.procedure";
    private const Features All = Features.CallCanceling | Features.ProgressiveCallResults | Features.CallTimeout;
    private readonly ManualTime _time = new();
    private readonly List<(CallOutcome Outcome, double Milliseconds)> _ended = [];
    private readonly TestRealm _realm;

    public CallDurations() => _realm = new TestRealm(
        time: _time, ports: new RouterPorts { CallEnded = (outcome, time) => _ended.Add((outcome, time.TotalMilliseconds)) });

    [Theory, EachSerializer]
    public void Whatever_ends_a_call_is_told_once_with_the_time_since_the_CALL(SerializerKind serializer)
    {
        AssertEnds(serializer, CallOutcome.Result, (_, callee) => callee.Yield(1));
        AssertEnds(serializer, CallOutcome.Error, (_, callee) => callee.Error(1, "com.myapp.error"));
        AssertEnds(serializer, CallOutcome.Timeout, (_, callee) => callee.Error(1, ErrorUris.Timeout)); // one that sees to timeouts itself
        AssertEnds(serializer, CallOutcome.Canceled, (caller, _) => caller.Cancel(1));
        AssertEnds(serializer, CallOutcome.Gone, (caller, _) => caller.Leave());
        AssertEnds(serializer, CallOutcome.Gone, (_, callee) => callee.Leave());
        AssertEnds(serializer, CallOutcome.Canceled, (caller, callee) =>
        {
            caller.Cancel(1, "{\"mode\":\"kill\"}");
            Assert.Empty(_ended); // as long as the callee has its say
            callee.Error(1, ErrorUris.Canceled);
        });
        AssertEnds(serializer, CallOutcome.Error, (caller, callee) =>
        {
            caller.MaxLength = 200;
            callee.Yield(1, $"[\"{new string('x', 300)}\"]");
        });
    }

    [Theory, EachSerializer]
    public void A_timeout_is_told_with_the_time_that_the_call_had(SerializerKind serializer)
    {
        var (caller, callee) = Start(serializer, "{\"timeout\":250}");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([(CallOutcome.Timeout, 250.0)], _ended);
        callee.Yield(1);
        caller.Leave();
        Assert.Single(_ended);
    }

    [Theory, EachSerializer]
    public void Progressive_results_are_on_the_way_and_no_end(SerializerKind serializer)
    {
        var (_, callee) = Start(serializer, "{\"receive_progress\":true}");
        _time.Advance(TimeSpan.FromMilliseconds(10));
        callee.Yield(1, options: "{\"progress\":true}");
        Assert.Empty(_ended);
        _time.Advance(TimeSpan.FromMilliseconds(10));
        callee.Yield(1);
        Assert.Equal([(CallOutcome.Result, 20.0)], _ended);
    }

    [Theory, EachSerializer]
    public void Calls_that_go_to_no_callee_are_not_told(SerializerKind serializer)
    {
        var caller = _realm.Join(serializer, All);
        caller.Call("com.myapp.nobody");
        caller.Call("wamp.session.count");
        Assert.Equal([MessageType.Error, MessageType.Result], caller.Rest().Select(answer => answer.Type));
        Assert.Empty(_ended);
    }

    private void AssertEnds(SerializerKind serializer, CallOutcome outcome, Action<RecordingPeer, RecordingPeer> end)
    {
        var (caller, callee) = Start(serializer, "{}");
        _time.Advance(TimeSpan.FromMilliseconds(1.5));
        end(caller, callee);
        caller.Leave();
        callee.Leave();
        Assert.Equal([(outcome, 1.5)], _ended);
        _ended.Clear();
    }

    private (RecordingPeer Caller, RecordingPeer Callee) Start(SerializerKind serializer, string options)
    {
        var (caller, callee) = (_realm.Join(serializer, All), _realm.Join(serializer, All));
        callee.Registration(Procedure);
        caller.Call(Procedure, options: options);
        Assert.Equal(MessageType.Invocation, callee.Next().Type);
        return (caller, callee);
    }
}
