using System.Text;
using Broker.Options;
using Broker.Peers;

namespace Broker.Realms;

/// <summary>Realms and the router that holds them.</summary>
public sealed class Joining
{
    [Fact, Trait("wamp", "SES-08")]
    public void A_router_finds_its_realms_by_their_URI_and_no_others()
    {
        var router = new Router([new("realm1", new RealmOptions()), new("com.réalm", new RealmOptions())], new CountingIds());
        Assert.Equal("realm1", router.FindRealm("realm1"u8)?.Name);
        Assert.Equal("com.réalm", router.FindRealm(Encoding.UTF8.GetBytes("com.réalm"))?.Name);
        Assert.Null(router.FindRealm("Realm1"u8));
        Assert.Null(router.FindRealm(""u8));
        Assert.Equal(2, router.Realms.Count);
    }

    [Fact, Trait("wamp", "SME-02"), Trait("wamp", "RPC-01"), Trait("wamp", "PUB-01")]
    public void Realms_do_not_hear_each_other()
    {
        var (one, two) = (new TestRealm(), new TestRealm());
        var (subscriber, publisher) = (one.Join(), two.Join());
        subscriber.Subscription("com.topic");
        subscriber.Registration("com.procedure");
        publisher.Publish("com.topic");
        publisher.Call("com.procedure");
        subscriber.AssertSilent();
        Assert.Equal(Uris.ErrorUris.NoSuchProcedure, publisher.NextError().Uri);
        one.LeaveAll();
        two.LeaveAll();
    }

    [Fact, Trait("wamp", "GEN-01"), Trait("wamp", "SES-12")]
    public void Both_roles_are_announced()
    {
        Assert.NotNull(Realm.Roles.Dealer);
        Assert.Equal(Features.PatternBasedSubscription | Features.PublisherExclusion, Realm.Roles.Broker & (Features.PatternBasedSubscription | Features.PublisherExclusion));
        Assert.False(Realm.Roles.HasClientRole);
    }

    [Fact, Trait("wamp", "GEN-03")]
    public void What_a_session_announced_is_kept_as_long_as_the_session()
    {
        var roles = new RoleSet { Caller = Features.CallTimeout, Callee = Features.CallCanceling | Features.ProgressiveCallResults };
        var realm = new TestRealm();
        var (one, other) = (new RecordingPeer(realm.Realm, roles: roles), realm.Join());
        Assert.Equal(roles, one.Session.Roles);
        Assert.NotEqual(roles, other.Session.Roles);
    }

    [Fact, Trait("wamp", "PV-31"), Trait("wamp", "SES-39")]
    public void When_all_have_left_nothing_is_left()
    {
        var realm = new TestRealm();
        var peers = Enumerable.Range(0, 20).Select(_ => realm.Join()).ToList();
        for (var i = 0; i < peers.Count; i++)
        {
            peers[i].Registration($"com.p{i}");
            peers[i].Subscription($"com.t{i % 5}");
            peers[i].Subscription($"com.{i % 3}", "{\"match\":\"prefix\"}");
            peers[i].Subscription($"com..{i % 3}", "{\"match\":\"wildcard\"}");
        }

        foreach (var peer in peers)
        {
            for (var i = 0; i < peers.Count; i++)
            {
                peer.Call($"com.p{i}");
            }
        }

        Assert.Equal((20, 11, 20), (realm.Realm.SessionCount, realm.Realm.SubscriptionCount, realm.Realm.RegistrationCount));
        realm.LeaveAll();
    }
}
