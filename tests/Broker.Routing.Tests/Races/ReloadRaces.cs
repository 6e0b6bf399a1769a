using Broker.Authorization;
using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Races;

/// <summary>A realm gets other options again and again while sessions work on other threads.</summary>
public sealed class ReloadRaces
{
    private const int Reloads = 50;
    private const string Acknowledged = "{\"acknowledge\":true}";
    private const Features Revocable = Features.SubscriptionRevocation | Features.RegistrationRevocation;
    private static readonly RealmOptions Open = Permit.UsersAndAdmin(Permit.AllBelow("com."));
    private static readonly RealmOptions Shut = Permit.UsersAndAdmin(Permit.AllBelow("com."), Permit.Exact("com.gate"));
    private static readonly RealmOptions Invalid = Permit.UsersAndAdmin(Permit.Exact("a..b"));
    private readonly TestRealm _realm = new(Open);
    private int _begun;
    private int _done;

    [Theory, EachSerializer, Trait("wamp", "AZN-02"), Trait("wamp", "ORD-01"), Trait("wamp", "PUB-02")]
    public void Permissions_change_once_with_each_reload_and_no_session_and_no_message_is_lost(SerializerKind serializer)
    {
        const int Publishers = 3;
        var subscribers = Enumerable.Range(0, 200).Select(i => _realm.Join((SerializerKind)(i % 3))).ToList();
        subscribers.ForEach(subscriber => subscriber.Subscription("com.steady"));
        var admin = _realm.Join(serializer, authRole: "admin");
        var (steady, gate) = (admin.Subscription("com.steady"), admin.Subscription("com.gate"));
        var publishers = Enumerable.Range(0, Publishers).Select(i => new GatePublisher(this, _realm.Join(serializer), i)).ToList();
        Threads.Run([Reload, .. publishers.Select(publisher => (Action)publisher.Run)]);

        var all = admin.Rest();
        foreach (var publisher in publishers)
        {
            Assert.InRange(publisher.Changes, 0, Reloads);
            var received = all.Where(message => message.Payload.StartsWith($"[{publisher.Number},", StringComparison.Ordinal)).ToList();
            Assert.Equal(publisher.Steady, received.Where(message => message.SubscriptionId == steady).Select(message => message.Payload));
            Assert.Equal(publisher.Passed, received.Where(message => message.SubscriptionId == gate).Select(message => message.Payload));
        }

        Assert.Equal(publishers.Sum(publisher => publisher.Refused), _realm.Realm.RefusalsOf(RefusalReason.PublishDenied));
        Assert.All(subscribers, subscriber => Assert.Equal(publishers.Sum(publisher => publisher.Steady.Count), subscriber.Rest().Count));
        Assert.Equal(201 + Publishers, _realm.Realm.SessionCount);
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "SRV-01"), Trait("wamp", "SRV-04"), Trait("wamp", "BRK-05"), Trait("wamp", "AZN-05")]
    public void A_subscription_that_is_denied_ends_once_and_no_EVENT_follows(SerializerKind serializer)
    {
        var publisher = _realm.Join(serializer, authRole: "admin");
        var subscribers = Enumerable.Range(0, 2).Select(_ => _realm.Join(serializer, Revocable)).ToList();
        subscribers.ForEach(subscriber => subscriber.Subscribe("com.gate")); // so that each loses it once at least, however the threads run
        var logs = subscribers.ConvertAll(_ => new List<Received>());
        var actions = subscribers.Select((subscriber, i) => (Action)(() => UntilReloaded(() =>
        {
            subscriber.Subscribe("com.gate");
            var news = subscriber.Rest();
            logs[i].AddRange(news);
            if (i == 0 && news.Find(message => message.Type == MessageType.Subscribed) is { } subscribed)
            {
                subscriber.Unsubscribe(subscribed.SubscriptionId);
            }
        })));
        Threads.Run([Reload, .. actions, () => UntilReloaded(() => publisher.Publish("com.gate"))]);
        _realm.Realm.Reconfigure(Shut);
        Assert.Equal(0, _realm.Realm.SubscriptionCount);
        for (var i = 0; i < subscribers.Count; i++)
        {
            logs[i].AddRange(subscribers[i].Rest());
            AssertEnds(logs[i], MessageType.Subscribed, MessageType.Unsubscribed, MessageType.Event);
        }

        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "RVK-01"), Trait("wamp", "RVK-04"), Trait("wamp", "RPC-05"), Trait("wamp", "AZN-05")]
    public void A_registration_that_is_denied_ends_once_and_no_INVOCATION_follows(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer, authRole: "admin"), _realm.Join(serializer, Revocable));
        callee.Register("com.gate"); // so that it loses it once at least, however the threads run
        var log = new List<Received>();
        var calls = 0;
        Threads.Run(
            Reload,
            () => UntilReloaded(() =>
            {
                callee.Register("com.gate");
                AnswerAll();
            }),
            () => UntilReloaded(() =>
            {
                caller.Call("com.gate");
                calls++;
            }));
        _realm.Realm.Reconfigure(Shut);
        Assert.Equal(0, _realm.Realm.RegistrationCount);
        AnswerAll();
        log.RemoveAll(message => message.Uri == ErrorUris.ProcedureAlreadyExists);
        AssertEnds(log, MessageType.Registered, MessageType.Unregistered, MessageType.Invocation);
        Assert.Equal(calls, caller.Rest().Count);
        _realm.LeaveAll();

        void AnswerAll()
        {
            var news = callee.Rest();
            log.AddRange(news);
            news.FindAll(message => message.Type == MessageType.Invocation).ForEach(invocation => callee.Yield(invocation.RequestId));
        }
    }

    [Theory, EachSerializer, Trait("wamp", "AZN-02"), Trait("wamp", "SRV-04"), Trait("wamp", "RVK-04")]
    public void Nothing_slips_in_behind_a_reload_that_denies_it(SerializerKind serializer)
    {
        var users = new[] { _realm.Join(serializer, Revocable), _realm.Join(serializer, Revocable) };
        for (var round = 0; round < 300; round++)
        {
            _realm.Realm.Reconfigure(Open);
            var (subscribing, registering) = (0, 0);
            Threads.Run(
                () =>
                {
                    for (; subscribing < 20; Volatile.Write(ref subscribing, subscribing + 1))
                    {
                        users[0].Subscribe("com.gate");
                    }
                },
                () =>
                {
                    for (; registering < 20; Volatile.Write(ref registering, registering + 1))
                    {
                        users[1].Register("com.gate", "{\"invoke\":\"first\"}");
                    }
                },
                () =>
                {
                    Threads.AwaitAtLeast(ref subscribing, round % 19);
                    Threads.AwaitAtLeast(ref registering, round % 19);
                    _realm.Realm.Reconfigure(Shut);
                });
            Assert.Equal((0, 0), (_realm.Realm.SubscriptionCount, _realm.Realm.RegistrationCount));
        }

        _realm.LeaveAll();
    }

    [Fact, Trait("wamp", "AZN-01"), Trait("wamp", "SES-31")]
    public void Who_joins_while_the_role_goes_is_ended_and_who_joins_while_it_comes_is_not_left_behind()
    {
        var none = new RealmOptions { Roles = [Permit.Role("admin", Permit.AllBelow(""))] };
        for (var round = 0; round < 300; round++)
        {
            RecordingPeer? peer = null;
            _realm.Realm.Reconfigure(round % 2 == 0 ? Open : none);
            Threads.Run(() => peer = _realm.Join(), () => _realm.Realm.Reconfigure(round % 2 == 0 ? none : Open));
            if (round % 2 == 0)
            {
                Assert.Equal(CloseUris.Killed, peer!.Ending?.Reason);
            }
            else if (peer!.Ending is null)
            {
                peer.Subscription("com.x");
            }

            peer.Leave();
            Assert.Equal(0, _realm.Realm.SessionCount);
        }
    }

    [Fact, Trait("wamp", "SES-31")]
    public void Nobody_stays_in_a_realm_that_closes()
    {
        for (var round = 0; round < 300; round++)
        {
            var router = new Router([new("com.realm", new RealmOptions())], new CountingIds());
            var realm = router.FindRealm("com.realm"u8)!;
            var peers = new RecordingPeer[3];
            peers[0] = new RecordingPeer(realm);
            Threads.Run(() => peers[1] = new RecordingPeer(realm), () => peers[2] = new RecordingPeer(realm), () => router.Reconfigure([]));
            Assert.All(peers, peer => Assert.Equal(CloseUris.CloseRealm, peer.Ending?.Reason));
            Assert.Equal(0, realm.SessionCount);
        }
    }

    /// <summary>Shuts and opens the gate in turn; every now and then options come that are refused.</summary>
    private void Reload()
    {
        for (var i = 1; i <= Reloads; i++)
        {
            Interlocked.Increment(ref _begun);
            _realm.Realm.Reconfigure(i % 2 == 0 ? Open : Shut);
            Interlocked.Increment(ref _done);
            if (i % 10 == 0)
            {
                Assert.Throws<ArgumentException>(() => _realm.Realm.Reconfigure(Invalid));
            }

            Thread.Yield();
        }
    }

    private void UntilReloaded(Action action)
    {
        do
        {
            action();
        }
        while (Volatile.Read(ref _done) < Reloads);
    }

    /// <summary>Each hold on something begins by one message and ends by one, and only in between come others.</summary>
    private static void AssertEnds(List<Received> log, MessageType begin, MessageType end, MessageType between)
    {
        var isHeld = false;
        var ends = 0;
        foreach (var message in log)
        {
            if (message.Type == begin)
            {
                isHeld = true; // or has it still, and asked again
            }
            else if (message.Type == end)
            {
                Assert.True(isHeld);
                isHeld = false;
                ends++;
            }
            else if (message.Type == between)
            {
                Assert.True(isHeld);
            }
            else
            {
                Assert.Contains(message.Uri, (string[])[ErrorUris.NotAuthorized, ErrorUris.NoSuchSubscription]);
            }
        }

        Assert.False(isHeld);
        Assert.True(ends > 0);
    }

    /// <summary>Publishes in turn to a topic that is always allowed and to one that is not.</summary>
    private sealed class GatePublisher(ReloadRaces races, RecordingPeer peer, int number)
    {
        private bool _wasOpen = true;

        public int Number => number;

        public List<string> Steady { get; } = [];

        public List<string> Passed { get; } = [];

        public int Refused { get; private set; }

        public int Changes { get; private set; }

        public void Run()
        {
            var i = 0;
            races.UntilReloaded(() =>
            {
                var payload = $"[{number},{i++}]";
                if (i % 8 == 0)
                {
                    peer.Publish("com.steady", payload);
                    Steady.Add(payload);
                }

                PublishToGate(payload);
            });
        }

        private void PublishToGate(string payload)
        {
            var done = Volatile.Read(ref races._done);
            peer.Publish("com.gate", payload, Acknowledged);
            var begun = Volatile.Read(ref races._begun);
            var answer = peer.Rest().Single(message => message.RequestId == peer.LastRequestId);
            var isOpen = answer.Type == MessageType.Published;
            Assert.True(isOpen || answer.Uri == ErrorUris.NotAuthorized);
            if (done == begun)
            {
                Assert.Equal(done % 2 == 0, isOpen); // no reload went on meanwhile
            }

            Changes += isOpen == _wasOpen ? 0 : 1;
            _wasOpen = isOpen;
            if (isOpen)
            {
                Passed.Add(payload);
            }
            else
            {
                Refused++;
            }
        }
    }
}
