using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>Who calls, and how far they are trusted (WAMP specification, "Caller Identification", "Call Trust Levels").</summary>
public sealed class CallerIdentification
{
    private const string Procedure = "com.myapp.procedure";
    private const string Ask = "{\"disclose_me\":true}";

    [Fact, Trait("wamp", "GEN-01"), Trait("wamp", "CTL-03")]
    public void The_dealer_announces_both() => Assert.True(Realm.Roles.Dealer!.Value.HasFlag(Features.CallerIdentification | Features.CallTrustLevels));

    [Theory, EachSerializer, Trait("wamp", "CID-01"), Trait("wamp", "CID-02"), Trait("wamp", "CID-06")]
    public void A_caller_is_disclosed_when_it_asks_for_it_and_not_by_itself(SerializerKind serializer)
    {
        var (caller, callee) = Start(serializer, DisclosePolicy.OnRequest);
        caller.Call(Procedure);
        caller.Call(Procedure, options: Ask);
        caller.Call(Procedure, options: "{\"disclose_me\":false}");
        Assert.Equal(["{}", Disclosed(caller), "{}"], callee.Rest().Select(invocation => invocation.Details));
    }

    [Theory, EachSerializer, Trait("wamp", "CID-03")]
    public void A_realm_may_disclose_all_callers(SerializerKind serializer)
    {
        var (caller, callee) = Start(serializer, DisclosePolicy.Always);
        caller.Call(Procedure);
        caller.Call(Procedure, options: Ask);
        Assert.Equal([Disclosed(caller), Disclosed(caller)], callee.Rest().Select(invocation => invocation.Details));
    }

    [Theory, EachSerializer, Trait("wamp", "CID-04"), Trait("wamp", "CID-05")]
    public void A_realm_may_disclose_none_and_refuses_to(SerializerKind serializer)
    {
        var (caller, callee) = Start(serializer, DisclosePolicy.Never);
        Assert.Equal(Received.Error(MessageType.Call, caller.Call(Procedure, options: Ask), ErrorUris.DiscloseMeDisallowed), caller.NextError());
        callee.AssertSilent();
        caller.Call(Procedure);
        Assert.Equal("{}", callee.Next().Details);
        Assert.Equal(
            Received.Error(MessageType.Register, callee.Register("com.other", "{\"disclose_caller\":true}"), ErrorUris.DiscloseMeDisallowed), callee.NextError());
    }

    [Theory, EachSerializer, Trait("wamp", "CID-05")]
    public void A_callee_may_ask_for_it(SerializerKind serializer)
    {
        var (caller, callee) = Start(serializer, DisclosePolicy.OnRequest, "{\"disclose_caller\":true,\"match\":\"prefix\"}");
        caller.Call(Procedure);
        Assert.Equal($"{{\"procedure\":\"{Procedure}\",{Disclosed(caller)[1..]}", callee.Next().Details);
    }

    [Theory, EachSerializer, Trait("wamp", "CID-07")]
    public void The_routers_own_procedures_know_their_caller_whatever_the_realm_discloses(SerializerKind serializer)
    {
        var realm = new TestRealm(new RealmOptions { DiscloseCaller = DisclosePolicy.Never, AllowMetaKill = true });
        var (caller, other) = (realm.Join(serializer), realm.Join(serializer));
        Assert.Equal(Received.Result(caller.Call("wamp.session.count", options: Ask), "[2]"), caller.Next());
        Assert.Equal($"[[{other.Session.Id}]]", caller.Ask("wamp.session.kill_by_authid", "[\"joe\"]")); // the caller's authid, too
        Assert.Equal(ErrorUris.NoSuchSession, caller.AskInVain("wamp.session.kill", $"[{caller.Session.Id}]"));
    }

    [Theory, EachSerializer, Trait("wamp", "CTL-01"), Trait("wamp", "CTL-02"), Trait("wamp", "CTL-03")]
    public void Trust_levels_go_to_callees_that_announced_them(SerializerKind serializer)
    {
        var realm = new TestRealm(new RealmOptions
        {
            CallTrustLevels =
            [
                new TrustLevelRule { Uri = "com.trusted", AuthRole = "user", Level = 3 },
                new TrustLevelRule { Uri = "com.trusted", AuthRole = "admin", Level = 9 },
                new TrustLevelRule { Uri = "com", Match = MatchPolicy.Prefix },
            ],
        });
        var (caller, told, untold) = (realm.Join(serializer), realm.Join(serializer, Features.CallTrustLevels), realm.Join(serializer));
        told.Registration("com.trusted");
        told.Registration("com.other");
        told.Registration("org.other");
        untold.Registration("com.untold");
        foreach (var procedure in new[] { "com.trusted", "com.other", "org.other", "com.untold" })
        {
            caller.Call(procedure);
        }

        Assert.Equal(["{\"trustlevel\":3}", "{\"trustlevel\":0}", "{}"], told.Rest().Select(invocation => invocation.Details));
        Assert.Equal("{}", untold.Next().Details);
    }

    private static string Disclosed(RecordingPeer caller) => $"{{\"caller\":{caller.Session.Id},\"caller_authid\":\"joe\",\"caller_authrole\":\"user\"}}";

    private static (RecordingPeer Caller, RecordingPeer Callee) Start(SerializerKind serializer, DisclosePolicy policy, string register = "{}")
    {
        var realm = new TestRealm(new RealmOptions { DiscloseCaller = policy });
        var callee = realm.Join(serializer);
        callee.Registration(Procedure, register);
        return (realm.Join(serializer), callee);
    }
}
