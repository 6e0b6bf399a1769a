using Broker.Options;
using Broker.Realms;
using Broker.Serialization;

namespace Broker.Peers;

/// <summary>A realm whose ids can be foretold, and the peers that joined it.</summary>
internal sealed class TestRealm
{
    private readonly List<RecordingPeer> _peers = [];

    public TestRealm(RealmOptions? options = null, TimeProvider? time = null, RouterPorts? ports = null) =>
        Realm = new Realm("realm1", options ?? new RealmOptions { SessionLimits = SessionLimits.None }, new CountingIds(), time, ports);

    public Realm Realm { get; }

    /// <summary>A peer that announces the features given, whatever its role, and can answer and ask.</summary>
    public RecordingPeer Join(SerializerKind serializer, Features features) =>
        Join(serializer, new RoleSet { Publisher = features, Subscriber = features, Caller = features, Callee = features });

    public RecordingPeer Join(
        SerializerKind serializer = SerializerKind.Json, RoleSet? roles = null, string authId = "joe", string authRole = "user")
    {
        var peer = new RecordingPeer(Realm, serializer, roles, authId, authRole);
        lock (_peers)
        {
            _peers.Add(peer);
        }

        return peer;
    }

    /// <summary>Lets everybody leave and asserts that nothing is left behind.</summary>
    public void LeaveAll()
    {
        foreach (var peer in _peers)
        {
            peer.Leave();
        }

        Assert.Equal((0, 0, 0), (Realm.SessionCount, Realm.SubscriptionCount, Realm.RegistrationCount));
        Assert.All(_peers, peer => Assert.Equal((0, 0), (peer.PendingCalls, peer.PendingInvocations)));
        Assert.All(_peers, peer => Assert.True(peer.Session.Subscriptions is null or { Count: 0 } && peer.Session.Registrations is null or { Count: 0 }));
    }
}
