using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>Callers that read more slowly than progressive results come: the call fails, not the caller's session.</summary>
public sealed class SlowCallers
{
    private const string Procedure = "com.myapp.procedure";
    private const string Progress = "{\"progress\":true}";
    private const Features Both = Features.ProgressiveCallResults | Features.CallCanceling;
    private readonly TestRealm _realm = new();

    [Theory, EachSerializer, Trait("wamp", "RACE-18"), Trait("wamp", "PCR-09"), Trait("wamp", "PCR-10")]
    public void A_progressive_result_that_finds_no_room_in_the_callers_queue_ends_the_call_and_the_caller_stays(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer, Both), _realm.Join(serializer, Both));
        callee.Registration(Procedure);
        var request = caller.Call(Procedure, options: "{\"receive_progress\":true}");
        callee.Rest();
        callee.Yield(1, "[1]", Progress);
        Assert.Equal(Received.Result(request, "[1]", Progress), caller.Next());

        caller.IsSlow = true;
        callee.Yield(1, "[2]", Progress);
        Assert.Equal(Received.Error(MessageType.Call, request, ErrorUris.Canceled), caller.NextError());
        Assert.Equal(Received.Interrupt(1, "{\"mode\":\"killnowait\"}"), callee.Next());

        caller.IsSlow = false;
        callee.Yield(1, "[3]", Progress);
        callee.Yield(1, "[4]");
        caller.AssertSilent();
        Assert.Equal((0, 0), (caller.PendingCalls, callee.PendingInvocations));
        _realm.LeaveAll();
    }
}
