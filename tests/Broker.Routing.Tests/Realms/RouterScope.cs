using Broker.Ids;
using Broker.Peers;

namespace Broker.Realms;

/// <summary>What is unique over all realms of a router.</summary>
public sealed class RouterScope
{
    [Fact, Trait("wamp", "ID-04")]
    public void Two_realms_never_give_the_same_subscription_or_registration_id()
    {
        var names = new[] { "com.example.one", "com.example.two" };
        var router = new Router(names.Select(name => KeyValuePair.Create(name, new RealmOptions())), RandomIds.Shared);
        var peers = names.Select(name => new RecordingPeer(router.FindRealm(System.Text.Encoding.UTF8.GetBytes(name))!)).ToList();

        var subscriptions = peers.Select(peer => peer.Subscription("com.example.topic")).ToList();
        var registrations = peers.Select(peer => peer.Registration("com.example.procedure")).ToList();

        Assert.Equal(2, subscriptions.Distinct().Count());
        Assert.Equal(2, registrations.Distinct().Count());
    }
}
