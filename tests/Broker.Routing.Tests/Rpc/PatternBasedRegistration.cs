using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>Prefix and wildcard registrations (WAMP specification, "Pattern-based Registrations").</summary>
public sealed class PatternBasedRegistration
{
    private const string Prefix = "{\"match\":\"prefix\"}";
    private const string Wildcard = "{\"match\":\"wildcard\"}";
    private readonly TestRealm _realm = new();

    [Fact, Trait("wamp", "GEN-01"), Trait("wamp", "PBR-01")]
    public void The_dealer_announces_it() => Assert.True(Realm.Roles.Dealer!.Value.HasFlag(Features.PatternBasedRegistration));

    [Theory, EachSerializer, Trait("wamp", "PBR-01"), Trait("wamp", "URI-08"), Trait("wamp", "URI-09")]
    public void A_pattern_gets_no_call_of_what_is_no_URI(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer));
        callee.Registration("com.", Prefix);
        callee.Registration("com.", Wildcard);
        foreach (var malformed in new[] { "com.", "com.a b", "com.#", "com.a..b", $"com.{new string('x', UriRules.Default.MaxLength)}" })
        {
            Assert.Equal(Received.Error(MessageType.Call, caller.Call(malformed), ErrorUris.InvalidUri), caller.NextError());
        }

        callee.AssertSilent();
        Assert.Equal(0, caller.PendingCalls);
    }

    [Theory, EachSerializer, Trait("wamp", "PBR-06"), Trait("wamp", "PBR-04"), Trait("wamp", "PBR-05"), Trait("wamp", "RPC-02")]
    public void The_specifications_example_is_decided_as_printed_there(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer));
        long[] ids =
        [
            0,
            callee.Registration("a1.b2.c3.d4.e55"),
            callee.Registration("a1.b2.c3", Prefix),
            callee.Registration("a1.b2.c3.d4", Prefix),
            callee.Registration("a1.b2..d4.e5", Wildcard),
            callee.Registration("a1.b2.c33..e5", Wildcard),
            callee.Registration("a1.b2..d4.e5..g7", Wildcard),
            callee.Registration("a1.b2..d4..f6.g7", Wildcard),
        ];
        Assert.Equal(8, ids.Distinct().Count());
        foreach (var (procedure, number) in new[]
        {
            ("a1.b2.c3.d4.e55", 1), ("a1.b2.c3.d98.e74", 2), ("a1.b2.c3.d4.e325", 3), ("a1.b2.c55.d4.e5", 4), ("a1.b2.c33.d4.e5", 5),
            ("a1.b2.c88.d4.e5.f6.g7", 6),
        })
        {
            caller.Call(procedure, "[1]");
            var invocation = callee.Next();
            Assert.Equal((ids[number], number == 1 ? "{}" : $"{{\"procedure\":\"{procedure}\"}}"), (invocation.RegistrationId, invocation.Details));
        }

        Assert.Equal(Received.Error(MessageType.Call, caller.Call("a2.b2.c2.d2.e2"), ErrorUris.NoSuchProcedure), caller.NextError());
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "PBR-02"), Trait("wamp", "PBR-07")]
    public void A_prefix_matches_what_starts_with_it(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer));
        callee.Registration("com.myapp.myobject1", Prefix);
        foreach (var procedure in new[] { "com.myapp.myobject1", "com.myapp.myobject1.x", "com.myapp.myobject1.x.y", "com.myapp.myobject1-mysub", "com.myapp.myobject12" })
        {
            caller.Call(procedure);
            Assert.Equal($"{{\"procedure\":\"{procedure}\"}}", callee.Next().Details);
        }

        foreach (var procedure in new[] { "com.myapp.myobject", "com.myapp", "com.myapp.myobject2" })
        {
            caller.Call(procedure);
            Assert.Equal(ErrorUris.NoSuchProcedure, caller.NextError().Uri);
        }
    }

    [Theory, EachSerializer, Trait("wamp", "PBR-04")]
    public void The_longest_prefix_goes_before_wildcards_where_prefixes_match_whole_components_and_behind_them_where_not(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer));
        var (inside, wildcard) = (callee.Registration("com.x.ab", Prefix), callee.Registration("com..abc", Wildcard));
        Assert.Equal(wildcard, Answering("com.x.abc"));
        Assert.Equal(inside, Answering("com.x.abd"));
        Assert.Equal(inside, Answering("com.x.ab.abc"));
        var whole = callee.Registration("com.x", Prefix);
        Assert.Equal(inside, Answering("com.x.abc")); // the longest of those that match
        Assert.Equal(whole, Answering("com.x.bc"));
        Assert.Equal(wildcard, Answering("com.y.abc"));

        long Answering(string procedure)
        {
            caller.Call(procedure);
            return callee.Next().RegistrationId;
        }
    }

    [Theory, EachSerializer, Trait("wamp", "PBR-03"), Trait("wamp", "PBR-07"), Trait("wamp", "PBR-10"), Trait("wamp", "PBR-09")]
    public void An_empty_component_of_a_wildcard_matches_one_component(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer));
        var (one, end, dots, none) = (
            callee.Registration("com..op", Wildcard), callee.Registration("org.x.", Wildcard), callee.Registration("...", Wildcard), callee.Registration("net.none", Wildcard));
        foreach (var (procedure, registration) in new[] { ("com.x.op", one), ("com.é.op", one), ("org.x.y", end), ("a.b.c.d", dots), ("net.none", none) })
        {
            caller.Call(procedure);
            var invocation = callee.Next();
            Assert.Equal((registration, $"{{\"procedure\":\"{procedure}\"}}"), (invocation.RegistrationId, invocation.Details));
        }

        foreach (var procedure in new[] { "com.op", "com.x.y.op2", "org.y.y", "net.none2", "a" })
        {
            caller.Call(procedure);
            Assert.Equal(procedure == "com.x.y.op2" ? "" : ErrorUris.NoSuchProcedure, procedure == "com.x.y.op2" ? "" : caller.NextError().Uri);
        }
    }

    [Theory, EachSerializer, Trait("wamp", "PBR-04")]
    public void An_exact_registration_wins_even_if_its_callee_fails(SerializerKind serializer)
    {
        var (caller, exact, prefix) = (_realm.Join(serializer), _realm.Join(serializer), _realm.Join(serializer));
        prefix.Registration("com.myapp", Prefix);
        exact.Registration("com.myapp.x");
        var request = caller.Call("com.myapp.x");
        exact.Error(1, "com.myapp.error");
        Assert.Equal(Received.Error(MessageType.Call, request, "com.myapp.error"), caller.Next());
        prefix.AssertSilent();
        exact.Leave();
        caller.Call("com.myapp.x");
        Assert.Equal(MessageType.Invocation, prefix.Next().Type);
    }

    [Theory, EachSerializer, Trait("wamp", "PBR-08"), Trait("wamp", "REG-02")]
    public void One_URI_may_be_registered_once_under_each_match(SerializerKind serializer)
    {
        var callee = _realm.Join(serializer);
        string[] policies = ["{}", Prefix, Wildcard];
        Assert.Equal(3, policies.Select(policy => callee.Registration("com.myapp", policy)).Distinct().Count());
        foreach (var policy in policies)
        {
            callee.Register("com.myapp", policy);
            Assert.Equal(ErrorUris.ProcedureAlreadyExists, callee.NextError().Uri);
        }

        Assert.Equal(3, _realm.Realm.RegistrationCount);
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "PBR-09"), Trait("wamp", "URI-03")]
    public void Malformed_patterns_are_refused(SerializerKind serializer)
    {
        var callee = _realm.Join(serializer);
        foreach (var (uri, options) in new[] { ("", Prefix), ("", Wildcard), ("a..b", Prefix), ("a..b", "{}"), ("wamp.", Prefix), ("wamp..x", Wildcard), (new string('.', 64), Wildcard) })
        {
            callee.Register(uri, options);
            Assert.Equal(ErrorUris.InvalidUri, callee.NextError().Uri);
        }
    }

    [Theory, EachSerializer, Trait("wamp", "PBR-11")]
    public void Calls_of_reserved_procedures_are_never_taken_by_patterns(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer));
        callee.Registration("wam", Prefix);
        callee.Registration(".session.count", Wildcard);
        callee.Registration("..", Wildcard);
        caller.Call("wamp.session.count");
        Assert.Equal(MessageType.Result, caller.Next().Type);
        caller.Call("wamp.x");
        Assert.Equal(ErrorUris.NoSuchProcedure, caller.NextError().Uri);
        callee.AssertSilent();

        caller.Call("wampx.session.count");
        Assert.Equal("{\"procedure\":\"wampx.session.count\"}", callee.Next().Details);
    }
}
