using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>Several callees of one procedure (WAMP specification, "Shared Registration").</summary>
public sealed class SharedRegistration
{
    private const string Procedure = "com.myapp.procedure";
    private readonly TestRealm _realm = new();

    [Fact, Trait("wamp", "GEN-01"), Trait("wamp", "SHR-01")]
    public void The_dealer_announces_it() => Assert.True(Realm.Roles.Dealer!.Value.HasFlag(Features.SharedRegistration));

    [Theory, EachSerializer, Trait("wamp", "SHR-01"), Trait("wamp", "SHR-02"), Trait("wamp", "SHR-03"), Trait("wamp", "SHR-04"), Trait("wamp", "SHR-10")]
    public void Callees_share_one_id_under_one_policy(SerializerKind serializer)
    {
        string[] policies = ["single", "roundrobin", "random", "first", "last"];
        foreach (var policy in policies)
        {
            var (one, two) = (_realm.Join(serializer), _realm.Join(serializer));
            var id = one.Registration(Procedure, Invoke(policy));
            foreach (var other in policies)
            {
                if (other == policy && policy != "single")
                {
                    Assert.Equal(id, two.Registration(Procedure, Invoke(policy)));
                    two.Unregister(id);
                    two.Rest();
                    continue;
                }

                Assert.Equal(Received.Error(MessageType.Register, two.Register(Procedure, Invoke(other)), ErrorUris.ProcedureAlreadyExists), two.NextError());
                Assert.Equal(Received.Error(MessageType.Register, one.Register(Procedure, Invoke(other)), ErrorUris.ProcedureAlreadyExists), one.NextError());
            }

            one.Leave();
            Assert.Equal(0, _realm.Realm.RegistrationCount);
        }
    }

    [Theory, EachSerializer, Trait("wamp", "SHR-05")]
    public void First_and_last_go_by_the_order_of_registration_among_those_present(SerializerKind serializer)
    {
        foreach (var (policy, order) in new[] { ("first", new[] { 0, 1, 2 }), ("last", [2, 1, 0]) })
        {
            var (caller, callees) = Start(serializer, policy);
            foreach (var chosen in order)
            {
                caller.Call(Procedure);
                caller.Call(Procedure);
                Assert.Equal(2, callees[chosen].Rest().Count);
                callees.ForEach(callee => callee.AssertSilent());
                callees[chosen].Leave();
            }

            caller.Rest();
            caller.Call(Procedure);
            Assert.Equal(ErrorUris.NoSuchProcedure, caller.NextError().Uri);
        }
    }

    [Theory, EachSerializer, Trait("wamp", "SHR-05"), Trait("wamp", "RACE-25"), Trait("wamp", "SHR-08")]
    public void Roundrobin_is_fair_and_stays_so_when_a_callee_leaves(SerializerKind serializer)
    {
        var (caller, callees) = Start(serializer, "roundrobin");
        for (var i = 0; i < 3000; i++)
        {
            caller.Call(Procedure, $"[{i}]");
        }

        Assert.All(callees, (callee, at) => Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"[{(3 * i) + at}]"), callee.Rest().Select(invocation => invocation.Payload)));
        callees[1].Leave();
        for (var i = 0; i < 1000; i++)
        {
            caller.Call(Procedure);
        }

        Assert.Equal((500, 500), (callees[0].Rest().Count, callees[2].Rest().Count));
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 2, 1)]
    [InlineData(2, 2, 0)]
    [InlineData(0, 2, 2)]
    [Trait("wamp", "SHR-08")]
    public void Nobody_is_passed_over_or_asked_twice_when_a_callee_leaves(int calls, int leaving, int next)
    {
        var (caller, callees) = Start(SerializerKind.Json, "roundrobin");
        for (var i = 0; i < calls + 3; i++)
        {
            caller.Call(Procedure);
        }

        callees.ForEach(callee => callee.Rest());
        var expected = Enumerable.Range(0, 3).Select(i => (calls + i) % 3).First(at => at != leaving);
        Assert.True(expected == next || calls == 0);
        callees[leaving].Leave();
        caller.Call(Procedure);
        Assert.Single(callees[expected].Rest());
    }

    [Theory, EachSerializer, Trait("wamp", "SHR-05")]
    public void Random_draws_from_all(SerializerKind serializer)
    {
        var (caller, callees) = Start(serializer, "random");
        for (var i = 0; i < 30; i++)
        {
            caller.Call(Procedure);
        }

        Assert.All(callees, callee => Assert.Equal(10, callee.Rest().Count)); // the generator of the tests counts up
    }

    [Theory, EachSerializer, Trait("wamp", "SHR-06")]
    public void A_session_that_registers_again_gets_the_same_id_and_no_second_place(SerializerKind serializer)
    {
        var (caller, callees) = Start(serializer, "roundrobin");
        var id = callees[0].Registration(Procedure, Invoke("roundrobin"));
        Assert.Equal(id, callees[0].Registration(Procedure, Invoke("roundrobin")));
        for (var i = 0; i < 30; i++)
        {
            caller.Call(Procedure);
        }

        Assert.All(callees, callee => Assert.Equal(10, callee.Rest().Count));
        callees[0].Unregister(id);
        Assert.Equal(MessageType.Unregistered, callees[0].Next().Type);
        caller.Call(Procedure);
        callees[0].AssertSilent();
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "SHR-07"), Trait("wamp", "RACE-07")]
    public void The_registration_stays_as_long_as_one_callee_does(SerializerKind serializer)
    {
        var (caller, callees) = Start(serializer, "first");
        var request = caller.Call(Procedure);
        callees[0].Leave();
        Assert.Equal(Received.Error(MessageType.Call, request, ErrorUris.Canceled), caller.NextError());
        caller.Call(Procedure);
        Assert.Single(callees[1].Rest());
        Assert.Equal(1, _realm.Realm.RegistrationCount);
        callees[1].Leave();
        callees[2].Leave();
        Assert.Equal(0, _realm.Realm.RegistrationCount);
        _realm.Join(serializer).Registration(Procedure, Invoke("last"));
    }

    [Theory, EachSerializer, Trait("wamp", "SHR-01"), Trait("wamp", "PBR-01")]
    public void Patterns_can_be_shared_too(SerializerKind serializer)
    {
        var (caller, one, two) = (_realm.Join(serializer), _realm.Join(serializer), _realm.Join(serializer));
        const string Options = "{\"match\":\"prefix\",\"invoke\":\"roundrobin\"}";
        Assert.Equal(one.Registration("com.myapp", Options), two.Registration("com.myapp", Options));
        caller.Call("com.myapp.x");
        caller.Call("com.myapp.y");
        Assert.Equal(("{\"procedure\":\"com.myapp.x\"}", "{\"procedure\":\"com.myapp.y\"}"), (one.Next().Details, two.Next().Details));
    }

    private static string Invoke(string policy) => $"{{\"invoke\":\"{policy}\"}}";

    private (RecordingPeer Caller, List<RecordingPeer> Callees) Start(SerializerKind serializer, string policy)
    {
        var callees = Enumerable.Range(0, 3).Select(_ => _realm.Join(serializer)).ToList();
        callees.ForEach(callee => callee.Registration(Procedure, Invoke(policy)));
        return (_realm.Join(serializer), callees);
    }
}
