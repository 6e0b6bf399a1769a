using Broker.Authorization;
using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Realms;

/// <summary>A realm gets other options while its sessions go on.</summary>
public sealed class RealmReload
{
    private const string Prefix = "{\"match\":\"prefix\"}";
    private const Features Revocable = Features.SubscriptionRevocation | Features.RegistrationRevocation | Features.CallCanceling;
    private static readonly RealmOptions Generous = Permit.UsersAndAdmin(Permit.AllBelow("com."));
    private static readonly RealmOptions Narrow = Permit.UsersAndAdmin(Permit.AllBelow("com.a."), Permit.AllBelow("wamp."));
    private readonly TestRealm _realm = new(Generous);

    [Theory, EachSerializer, Trait("wamp", "AZN-02"), Trait("wamp", "SRV-01"), Trait("wamp", "RVK-01")]
    public void What_a_session_may_not_hold_any_more_is_revoked_once_and_the_rest_is_kept(SerializerKind serializer)
    {
        var (user, admin) = (_realm.Join(serializer, Revocable), _realm.Join(serializer, authRole: "admin"));
        var kept = new[] { user.Subscription("com.a.x"), user.Subscription("com.a.", Prefix), user.Registration("com.a.x") };
        long[] lost = [user.Subscription("com.b.x"), user.Subscription("com.", Prefix), user.Registration("com.b.x"), user.Registration("com.b", Prefix)];
        admin.Subscription("com.b.x");
        _realm.Realm.Reconfigure(Narrow);
        _realm.Realm.Reconfigure(Narrow);
        const string Reason = $"\"reason\":\"{ErrorUris.NotAuthorized}\"";
        var revoked = user.Rest();
        Assert.Equal(
            [
                (MessageType.Unsubscribed, $"{{\"subscription\":{lost[0]},{Reason}}}"),
                (MessageType.Unsubscribed, $"{{\"subscription\":{lost[1]},{Reason}}}"),
                (MessageType.Unregistered, $"{{\"registration\":{lost[2]},{Reason}}}"),
                (MessageType.Unregistered, $"{{\"registration\":{lost[3]},{Reason}}}"),
            ],
            revoked.Select(message => (message.Type, message.Details)));
        Assert.All(revoked, message => Assert.Equal(0, message.RequestId));

        admin.Publish("com.b.x");
        admin.Call("com.b.x");
        Assert.Equal(ErrorUris.NoSuchProcedure, admin.NextError().Uri);
        admin.Publish("com.a.x");
        admin.Call("com.a.x");
        Assert.Equal([kept[0], kept[1], kept[2]], user.Rest().Select(message => message.SubscriptionId + message.RegistrationId));
        user.Subscribe("com.b.x");
        Assert.Equal(ErrorUris.NotAuthorized, user.NextError().Uri);
        _realm.Realm.Reconfigure(Generous);
        user.Subscription("com.b.x");
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "PUB-10")]
    public void Another_policy_for_slow_subscribers_is_that_of_all_who_have_named_none(SerializerKind serializer)
    {
        var (user, admin) = (_realm.Join(serializer), _realm.Join(serializer, authRole: "admin"));
        user.Subscription("com.a.x");
        user.Subscription("com.a.y", "{\"_slow_consumer\":\"drop_newest\"}");
        foreach (var policy in Enum.GetValues<SlowConsumerPolicy>())
        {
            _realm.Realm.Reconfigure(Generous with { SlowConsumer = policy });
            Assert.Equal(policy, PolicyOf("com.a.x"));
            Assert.Equal(SlowConsumerPolicy.DropNewest, PolicyOf("com.a.y"));
        }

        SlowConsumerPolicy? PolicyOf(string topic)
        {
            admin.Publish(topic);
            Assert.Equal(MessageType.Event, user.Next().Type);
            return user.LastPolicy;
        }
    }

    [Theory, EachSerializer, Trait("wamp", "SRV-02"), Trait("wamp", "SRV-04"), Trait("wamp", "RVK-02"), Trait("wamp", "RVK-05")]
    public void Who_does_not_understand_revocation_is_not_told_but_the_meta_events_are_sent(SerializerKind serializer)
    {
        var (user, admin) = (_realm.Join(serializer), _realm.Join(serializer, authRole: "admin"));
        var (subscription, registration) = (user.Subscription("com.b.x"), user.Registration("com.b.x"));
        var watched = admin.Watch(
            "wamp.subscription.on_unsubscribe", "wamp.subscription.on_delete", "wamp.registration.on_unregister", "wamp.registration.on_delete");
        _realm.Realm.Reconfigure(Narrow);
        user.AssertSilent();
        Assert.Equal(
            [
                $"subscription.on_unsubscribe [{user.Session.Id},{subscription}]", $"subscription.on_delete [{user.Session.Id},{subscription}]",
                $"registration.on_unregister [{user.Session.Id},{registration}]", $"registration.on_delete [{user.Session.Id},{registration}]",
            ],
            admin.Seen(watched));
    }

    [Theory, EachSerializer, Trait("wamp", "RVK-04"), Trait("wamp", "SHR-07")]
    public void Invocations_of_a_revoked_registration_go_on_and_other_callees_take_its_calls(SerializerKind serializer)
    {
        var (user, admin) = (_realm.Join(serializer, Revocable), _realm.Join(serializer, authRole: "admin"));
        user.Registration("com.b.x", "{\"invoke\":\"first\",\"_concurrency\":1}");
        admin.Registration("com.b.x", "{\"invoke\":\"first\",\"_concurrency\":1}");
        var (first, second, third) = (admin.Call("com.b.x"), admin.Call("com.b.x"), admin.Call("com.b.x"));
        Assert.Equal(MessageType.Invocation, user.Next().Type);
        _realm.Realm.Reconfigure(Narrow);
        Assert.Equal(MessageType.Unregistered, user.Next().Type);
        user.Yield(1, "[1]");
        Assert.Equal([(MessageType.Invocation, 1), (MessageType.Result, first)], admin.Rest().Select(message => (message.Type, message.RequestId)));
        admin.Yield(1, "[2]");
        admin.Yield(2, "[3]");
        Assert.Equal([second, 2, third], admin.Rest().Select(message => message.RequestId));
        user.AssertSilent();
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "RVK-04"), Trait("wamp", "RER-04")]
    public void A_waiting_call_whose_last_hope_loses_its_registration_fails_at_once(SerializerKind serializer)
    {
        var (user, admin) = (_realm.Join(serializer), _realm.Join(serializer, new RoleSet { Callee = Features.CallReroute }, authRole: "admin"));
        admin.Registration("com.b.x", "{\"invoke\":\"first\",\"_concurrency\":1}");
        var refused = admin.Call("com.b.x", "[1]");
        user.Registration("com.b.x", "{\"invoke\":\"first\",\"_concurrency\":1}");
        admin.Call("com.b.x", "[2]");
        admin.Call("com.b.x", "[3]");
        admin.Next(); // the first call
        admin.Error(1, ErrorUris.Unavailable); // it waits for the user now, who has the second; the third has taken its place
        admin.Next();
        _realm.Realm.Reconfigure(Narrow);
        Assert.Equal(Received.Error(MessageType.Call, refused, ErrorUris.NoAvailableCallee), admin.NextError());
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "SES-31")]
    public void Sessions_whose_role_is_gone_are_killed_and_no_others(SerializerKind serializer)
    {
        var (user, admin) = (_realm.Join(serializer, Revocable), _realm.Join(serializer, authRole: "admin"));
        var watched = admin.Watch("wamp.session.on_leave");
        user.Subscription("com.b.x");
        user.Registration("com.b.x");
        var call = admin.Call("com.b.x");
        user.Next();
        _realm.Realm.Reconfigure(Generous with { Roles = [Generous.Roles![1]] });
        Assert.Equal((CloseUris.Killed, "The role 'user' is not one of this realm."), user.Ending);
        user.AssertSilent();
        Assert.Null(admin.Ending);
        Assert.Equal(Received.Error(MessageType.Call, call, ErrorUris.Canceled), admin.NextError());
        Assert.Equal([$"session.on_leave [{user.Session.Id},\"joe\",\"user\"]"], admin.Seen(watched));
        Assert.Equal((1, 1, 0), (_realm.Realm.SessionCount, _realm.Realm.SubscriptionCount, _realm.Realm.RegistrationCount));
    }

    [Fact, Trait("wamp", "AZN-02")]
    public void Options_that_are_of_no_use_change_nothing()
    {
        var user = _realm.Join(SerializerKind.Json, Revocable);
        user.Subscription("com.b.x");
        RealmOptions[] bad =
        [
            Narrow with { Roles = [.. Narrow.Roles!, Permit.Role("user")] },
            Narrow with { Roles = [Permit.Role("user", Permit.Exact("a..b"))] },
            Narrow with { History = [new HistoryRule { Uri = "a..b" }] },
            Narrow with { PublicationTrustLevels = [new TrustLevelRule { Uri = "a..b" }] },
            Narrow with { UriRules = new UriRules(IsStrict: false, MaxLength: 2000) },
        ];
        Assert.All(bad, options => Assert.Throws<ArgumentException>(() => _realm.Realm.Reconfigure(options)));
        user.AssertSilent();
        user.Subscription("com.c");
    }

    [Fact, Trait("wamp", "AZN-02")]
    public void A_realm_may_get_roles_and_lose_them()
    {
        var realm = new TestRealm();
        var (user, guest) = (realm.Join(SerializerKind.Json, Revocable), realm.Join(authRole: "guest"));
        user.Subscription("com.b.x");
        realm.Realm.Reconfigure(Narrow);
        Assert.NotNull(guest.Ending);
        Assert.Equal(MessageType.Unsubscribed, user.Next().Type);
        realm.Realm.Reconfigure(new RealmOptions());
        user.Subscription("com.b.x");
        Assert.Null(realm.Join(authRole: "guest").Ending);
        Assert.Equal(ErrorUris.NotAuthorized, user.AskInVain("wamp.session.kill_all"));
    }

    [Fact, Trait("wamp", "AZN-08")]
    public void What_only_an_authorizer_could_say_is_kept()
    {
        var user = _realm.Join(SerializerKind.Json, Revocable);
        user.Subscription("com.b.x");
        user.Registration("com.b.x");
        _realm.Realm.Reconfigure(new RealmOptions { Roles = [new RoleOptions { Name = "user", Authorizer = "com.authorize" }] });
        user.AssertSilent();
        Assert.Equal((1, 1), (_realm.Realm.SubscriptionCount, _realm.Realm.RegistrationCount));
        _realm.Realm.Reconfigure(new RealmOptions { Roles = [Permit.Role("user")] });
        Assert.Equal([MessageType.Unsubscribed, MessageType.Unregistered], user.Rest().Select(message => message.Type));
    }

    [Fact, Trait("wamp", "PID-03"), Trait("wamp", "CID-04"), Trait("wamp", "PTL-01"), Trait("wamp", "URI-04"), Trait("wamp", "CTO-07")]
    public void The_other_options_change_too()
    {
        var time = new ManualTime();
        var realm = new TestRealm(time: time);
        var (user, other) = (realm.Join(), realm.Join());
        other.Subscription("com.x");
        other.Registration("com.x");
        user.Publish("com.x", options: "{\"disclose_me\":true}");
        user.Call("com.x");
        other.Rest();
        Assert.Equal(0, time.TimersSet);

        realm.Realm.Reconfigure(new RealmOptions
        {
            DisclosePublisher = DisclosePolicy.Never,
            DiscloseCaller = DisclosePolicy.Always,
            PublicationTrustLevels = [new TrustLevelRule { Uri = "com.x", Level = 7 }],
            UriRules = new UriRules(IsStrict: true, MaxLength: 20),
            DefaultCallTimeout = TimeSpan.FromSeconds(1),
        });
        user.Publish("com.x", options: "{\"disclose_me\":true,\"acknowledge\":true}");
        Assert.Equal(ErrorUris.DiscloseMeDisallowed, user.NextError().Uri);
        user.Publish("com.x");
        Assert.Equal("{\"trustlevel\":7}", other.Next().Details);
        user.Subscribe("com.X");
        Assert.Equal(ErrorUris.InvalidUri, user.NextError().Uri);
        var call = user.Call("com.x");
        Assert.StartsWith("{\"caller\":", other.Next().Details, StringComparison.Ordinal);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Received.Error(MessageType.Call, call, ErrorUris.Timeout), user.NextError());
        user.AssertSilent(); // the call made before has no timeout
    }

    [Fact, Trait("wamp", "SME-01"), Trait("wamp", "SME-18"), Trait("wamp", "TST-10")]
    public void The_meta_API_can_be_turned_off_and_on()
    {
        var realm = new TestRealm();
        var (user, other) = (realm.Join(), realm.Join());
        user.Watch("wamp.session.on_join");
        realm.Realm.Reconfigure(new RealmOptions { MetaApi = false });
        Assert.False(realm.Realm.AnnouncedRoles.Broker!.Value.HasFlag(Features.SessionMetaApi));
        Assert.Equal(ErrorUris.NoSuchProcedure, user.AskInVain("wamp.session.count"));
        realm.Join().Leave();
        user.AssertSilent();

        realm.Realm.Reconfigure(new RealmOptions { AllowMetaKill = true, MaxTestaments = 0 });
        Assert.True(realm.Realm.AnnouncedRoles.Broker!.Value.HasFlag(Features.SessionMetaApi));
        realm.Join();
        Assert.Equal(MessageType.Event, user.Next().Type);
        Assert.Equal(ErrorUris.PayloadSizeExceeded, user.AskInVain("wamp.session.add_testament", "[\"com.x\",[],{}]"));
        user.Ask("wamp.session.kill", $"[{other.Session.Id}]");
        Assert.NotNull(other.Ending);
    }

    [Fact, Trait("wamp", "HIS-10"), Trait("wamp", "RET-12")]
    public void Histories_come_and_go_and_those_that_stay_keep_their_events()
    {
        string[] topics = ["com.a", "com.b", "com.c"];
        var realm = new TestRealm(new RealmOptions { History = [.. topics.Select(topic => new HistoryRule { Uri = topic })] });
        var user = realm.Join();
        var (a, b) = (user.Subscription("com.a"), user.Subscription("com.b"));
        PublishAll();
        realm.Realm.Reconfigure(new RealmOptions
        {
            History = [new HistoryRule { Uri = "com.a", MaxEvents = 2 }, new HistoryRule { Uri = "com.", Match = MatchPolicy.Prefix }],
            Retention = new RetentionOptions { MaxEvents = 1 },
        });
        Assert.Equal(3, realm.Realm.SubscriptionCount); // com.c is gone, com.b is held
        Assert.Equal((1, 0), (Recorded(a), Recorded(b)));
        PublishAll();
        PublishAll();
        var all = user.Subscription("com.", Prefix);
        Assert.Equal((2, 0, 6), (Recorded(a), Recorded(b), Recorded(all)));
        user.Subscribe("com.", "{\"match\":\"prefix\",\"get_retained\":true}");
        Assert.Equal(2, user.Rest().Count); // SUBSCRIBED and one event

        void PublishAll()
        {
            var publisher = realm.Join();
            Assert.All(topics, topic => publisher.Publish(topic, "[1]", "{\"retain\":true}"));
            publisher.Leave();
            user.Rest();
        }

        int Recorded(long subscription) =>
            user.Ask("wamp.subscription.get_events", $"[{subscription}]").Split("\"publication\"").Length - 1;
    }

    [Fact, Trait("wamp", "RPC-05")]
    public void The_bound_of_waiting_calls_changes_for_queues_that_are_there()
    {
        var realm = new TestRealm(new RealmOptions { MaxQueuedCalls = 0 });
        var (caller, callee) = (realm.Join(), realm.Join());
        callee.Registration("com.x", "{\"_concurrency\":1}");
        caller.Call("com.x");
        caller.Call("com.x");
        Assert.Equal(ErrorUris.Unavailable, caller.NextError().Uri);
        realm.Realm.Reconfigure(new RealmOptions { MaxQueuedCalls = 1 });
        caller.Call("com.x");
        caller.AssertSilent();
        callee.Yield(1);
        callee.Yield(2);
        Assert.Equal([1, 3], caller.Rest().Select(result => result.RequestId));
    }
}
