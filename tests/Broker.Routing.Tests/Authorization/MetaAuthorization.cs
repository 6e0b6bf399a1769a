using Broker.Messages;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Authorization;

/// <summary>The meta API needs permission as everything else does.</summary>
public sealed class MetaAuthorization
{
    [Theory, EachSerializer, Trait("wamp", "AZN-07")]
    public void Meta_procedures_and_meta_topics_need_a_rule(SerializerKind serializer)
    {
        var realm = new TestRealm(Permit.Users(
            Permit.AllBelow("com."),
            Permit.Exact("wamp.session.count", RealmAction.Call),
            Permit.Exact("wamp.session.on_join", RealmAction.Subscribe)));
        var user = realm.Join(serializer);
        Assert.Equal("[1]", user.Ask("wamp.session.count"));
        user.Subscription("wamp.session.on_join");
        string[] procedures = ["wamp.session.list", "wamp.subscription.list", "wamp.registration.list", "wamp.no.such", "wamp.session.kill_all"];
        foreach (var procedure in procedures)
        {
            Assert.Equal(ErrorUris.NotAuthorized, user.AskInVain(procedure));
        }

        foreach (var (topic, match) in new[] { ("wamp.session.on_leave", "exact"), ("wamp.", "prefix"), ("wamp..on_join", "wildcard"), ("w", "prefix") })
        {
            user.Subscribe(topic, $"{{\"match\":\"{match}\"}}");
            Assert.Equal(ErrorUris.NotAuthorized, user.NextError().Uri);
        }

        realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "AZN-07")]
    public void Having_decisions_forgotten_needs_a_rule_or_what_killing_needs(SerializerKind serializer)
    {
        const string Forget = "_broker.authorizer.forget_decisions";
        var asked = new List<(string, string?, string?)>();
        var ports = new RouterPorts
        {
            ForgetDecisions = (realm, authId, authRole) =>
            {
                asked.Add((realm, authId, authRole));
                return 3;
            },
        };
        var ruled = new TestRealm(
            new RealmOptions { Roles = [Permit.Role("user", Permit.AllBelow("com.")), Permit.Role("admin", Permit.AllBelow("_broker."))] }, ports: ports);
        Assert.Equal(ErrorUris.NotAuthorized, ruled.Join(serializer).AskInVain(Forget));
        var admin = ruled.Join(serializer, authRole: "admin");
        Assert.Equal("[3]", admin.Ask(Forget));
        Assert.Equal("[3]", admin.Ask(Forget, "[],{\"authid\":\"joe\",\"authrole\":\"user\"}"));
        Assert.Equal(ErrorUris.InvalidArgument, admin.AskInVain(Forget, "[1]"));
        Assert.Equal(ErrorUris.NotAuthorized, new TestRealm(ports: ports).Join(serializer).AskInVain(Forget));
        Assert.Equal("[3]", new TestRealm(new RealmOptions { AllowMetaKill = true }, ports: ports).Join(serializer).Ask(Forget));
        Assert.Equal("[0]", new TestRealm(new RealmOptions { AllowMetaKill = true }).Join(serializer).Ask(Forget));

        Assert.Equal([("realm1", null, null), ("realm1", "joe", "user"), ("realm1", null, null)], asked);
    }

    [Theory, EachSerializer]
    public void Applications_register_and_publish_nothing_among_the_procedures_of_the_router(SerializerKind serializer)
    {
        var peer = new TestRealm().Join(serializer);
        peer.Register("_broker.authorizer.forget_decisions");
        Assert.Equal(ErrorUris.InvalidUri, peer.NextError().Uri);
        peer.Publish("_broker.topic", options: "{\"acknowledge\":true}");
        Assert.Equal(ErrorUris.InvalidUri, peer.NextError().Uri);
        peer.Registration("_brokers.procedure");
    }

    [Theory, EachSerializer, Trait("wamp", "SME-18"), Trait("wamp", "AZN-07")]
    public void Killing_needs_a_rule_that_allows_it(SerializerKind serializer)
    {
        var realm = new TestRealm(new RealmOptions
        {
            AllowMetaKill = true, // means nothing where there are roles
            Roles =
            [
                Permit.Role("user", Permit.AllBelow("com."), Permit.Prefix("wamp.session.", RealmAction.Subscribe)),
                Permit.Role("operator", Permit.Exact("wamp.session.kill", RealmAction.Call)),
                Permit.Role("admin", Permit.AllBelow(""), Permit.Prefix("wamp.session.kill", RealmAction.Call)),
            ],
        });
        var (user, other) = (realm.Join(serializer), realm.Join());
        var (judge, admin) = (realm.Join(serializer, authRole: "operator"), realm.Join(serializer, authRole: "admin"));
        var one = $"[{other.Session.Id}]";
        foreach (var (procedure, payload) in new[] { ("kill", one), ("kill_by_authid", "[\"joe\"]"), ("kill_by_authrole", "[\"user\"]"), ("kill_all", "") })
        {
            Assert.Equal(ErrorUris.NotAuthorized, user.AskInVain("wamp.session." + procedure, payload));
            if (procedure != "kill")
            {
                Assert.Equal(ErrorUris.NotAuthorized, judge.AskInVain("wamp.session." + procedure, payload));
            }
        }

        Assert.Null(other.Ending);
        judge.Ask("wamp.session.kill", $"[{other.Session.Id}]");
        Assert.NotNull(other.Ending);
        Assert.Equal("[1]", admin.Ask("wamp.session.kill_by_authrole", "[\"user\"]"));
        Assert.NotNull(user.Ending);
        realm.LeaveAll();
    }

    /// <summary>The last rule allows what is named, the rest everything; or all of them do without naming anything.</summary>
    public static TheoryData<SerializerKind, string, MatchPolicy, bool> BroadRules()
    {
        var rules = new TheoryData<SerializerKind, string, MatchPolicy, bool>();
        foreach (var serializer in Enum.GetValues<SerializerKind>())
        {
            foreach (var (uri, match, isNaming) in new[]
            {
                ("", MatchPolicy.Prefix, false), ("w", MatchPolicy.Prefix, false), ("wamp", MatchPolicy.Prefix, false), ("_", MatchPolicy.Prefix, false),
                ("..", MatchPolicy.Wildcard, false), (".session.", MatchPolicy.Wildcard, false), (".session.kill_all", MatchPolicy.Wildcard, false),
                ("wamp.", MatchPolicy.Prefix, true), ("wamp.session.k", MatchPolicy.Prefix, true), ("wamp..", MatchPolicy.Wildcard, true),
                ("wamp..kill_all", MatchPolicy.Wildcard, true), ("wamp.session.kill_all", MatchPolicy.Exact, true),
            })
            {
                rules.Add(serializer, uri, match, isNaming);
            }
        }

        return rules;
    }

    [Theory, MemberData(nameof(BroadRules)), Trait("wamp", "SME-18"), Trait("wamp", "AZN-07")]
    public void Ending_others_needs_a_rule_that_names_it_and_a_rule_for_everything_is_none(
        SerializerKind serializer, string uri, MatchPolicy match, bool isNaming)
    {
        RealmAction[] all = Enum.GetValues<RealmAction>();
        PermissionRule[] rules = [Permit.AllBelow(""), Permit.Wildcard("..", all), Permit.Rule(uri, match, all)];
        var realm = new TestRealm(Permit.Users([.. rules.DistinctBy(rule => (rule.Uri, rule.Match))]));
        var (user, other) = (realm.Join(serializer), realm.Join());

        Assert.Equal("[2]", user.Ask("wamp.session.count"));
        if (isNaming)
        {
            Assert.Equal("[1]", user.Ask("wamp.session.kill_all"));
        }
        else
        {
            Assert.Equal(ErrorUris.NotAuthorized, user.AskInVain("wamp.session.kill_all"));
        }

        Assert.Equal(isNaming, other.Ending is not null);
    }

    [Theory, EachSerializer, Trait("wamp", "AZN-07")]
    public void Nothing_that_ends_others_or_takes_from_them_is_allowed_by_a_rule_for_everything(SerializerKind serializer)
    {
        var realm = new TestRealm(Permit.Users(Permit.AllBelow("")));
        var user = realm.Join(serializer);
        foreach (var procedure in new[]
        {
            "wamp.session.kill", "wamp.session.kill_by_authid", "wamp.session.kill_by_authrole", "wamp.session.kill_all",
            "wamp.registration.remove_callee", "wamp.subscription.remove_subscriber", "_broker.authorizer.forget_decisions",
        })
        {
            Assert.Equal(ErrorUris.NotAuthorized, user.AskInVain(procedure));
        }
    }

    [Theory, EachSerializer, Trait("wamp", "AZN-07"), Trait("wamp", "AZN-08")]
    public void What_a_rule_for_everything_does_not_give_away_an_authorizer_is_not_asked_about(SerializerKind serializer)
    {
        var open = new RoleOptions { Name = "user", Authorizer = "com.authorize", Permissions = [Permit.AllBelow("")] };
        var user = new TestRealm(new RealmOptions { Roles = [open] }).Join(serializer);

        Assert.Equal(ErrorUris.NotAuthorized, user.AskInVain("wamp.session.kill_all"));
    }

    [Theory, EachSerializer, Trait("wamp", "AZN-07"), Trait("wamp", "RME-10")]
    public void Taking_away_what_others_hold_needs_a_rule_too(SerializerKind serializer)
    {
        var realm = new TestRealm(new RealmOptions
        {
            AllowMetaKill = true,
            Roles = [Permit.Role("user", Permit.AllBelow("com.")), Permit.Role("operator", Permit.Prefix("wamp.", RealmAction.Call))],
        });
        var (user, judge) = (realm.Join(serializer), realm.Join(serializer, authRole: "operator"));
        var (subscription, registration) = ($"[{user.Subscription("com.x")},{user.Session.Id}]", $"[{user.Registration("com.x")},{user.Session.Id}]");
        Assert.Equal(ErrorUris.NotAuthorized, user.AskInVain("wamp.subscription.remove_subscriber", subscription));
        Assert.Equal(ErrorUris.NotAuthorized, user.AskInVain("wamp.registration.remove_callee", registration));
        judge.Ask("wamp.subscription.remove_subscriber", subscription);
        judge.Ask("wamp.registration.remove_callee", registration);
        Assert.Equal((0, 0), (realm.Realm.SubscriptionCount, realm.Realm.RegistrationCount));
    }

    [Theory, EachSerializer, Trait("wamp", "HIS-11")]
    public void A_history_is_for_those_who_may_subscribe(SerializerKind serializer)
    {
        var realm = new TestRealm(Permit.UsersAndAdmin(
            Permit.Prefix("wamp.subscription.", RealmAction.Call), Permit.Prefix("com.open.", RealmAction.Subscribe)) with
        {
            History =
            [
                new HistoryRule { Uri = "com.open.x" }, new HistoryRule { Uri = "com.secret" },
                new HistoryRule { Uri = "com.", Match = MatchPolicy.Prefix },
            ],
        });
        var (user, admin) = (realm.Join(serializer), realm.Join(serializer, authRole: "admin"));
        admin.Publish("com.open.x", "[1]");
        var open = admin.Subscription("com.open.x");
        var secret = admin.Subscription("com.secret");
        var all = admin.Subscription("com.", "{\"match\":\"prefix\"}");
        Assert.Contains("\"publication\"", user.Ask("wamp.subscription.get_events", $"[{open}]"), StringComparison.Ordinal);
        Assert.Equal(ErrorUris.NotAuthorized, user.AskInVain("wamp.subscription.get_events", $"[{secret}]"));
        Assert.Equal(ErrorUris.NotAuthorized, user.AskInVain("wamp.subscription.get_events", $"[{all}]"));
        Assert.Contains("\"publication\"", admin.Ask("wamp.subscription.get_events", $"[{all}]"), StringComparison.Ordinal);
        Assert.Equal(2, realm.Realm.RefusalsOf(RefusalReason.SubscribeDenied));
    }

    [Theory, EachSerializer, Trait("wamp", "HIS-11"), Trait("wamp", "AZN-08")]
    public void Who_got_the_subscription_from_an_authorizer_may_read_its_history_while_it_lasts(SerializerKind serializer)
    {
        var role = new RoleOptions { Name = "user", Authorizer = "com.authorize", Permissions = [Permit.Prefix("wamp.", RealmAction.Call)] };
        var realm = new TestRealm(new RealmOptions { Roles = [role], History = [new HistoryRule { Uri = "com.x" }] });
        var user = realm.Join(serializer);
        var layer = new AskingLayer(user);
        user.Subscribe("com.x");
        layer.Answer(isAllowed: true);
        var subscription = user.Next().SubscriptionId;
        Assert.Equal("[],{\"is_limit_reached\":false}", user.Ask("wamp.subscription.get_events", $"[{subscription}]"));
        user.Unsubscribe(subscription);
        user.Next();
        Assert.Equal(ErrorUris.NotAuthorized, user.AskInVain("wamp.subscription.get_events", $"[{subscription}]"));
    }

    [Theory, EachSerializer, Trait("wamp", "TST-07")]
    public void A_testament_needs_the_permission_to_publish_it_when_it_is_left_and_when_it_is_published(SerializerKind serializer)
    {
        var options = Permit.UsersAndAdmin(Permit.Prefix("wamp.session.", RealmAction.Call), Permit.Prefix("com.open.", RealmAction.Publish));
        var realm = new TestRealm(options);
        var (user, other, admin) = (realm.Join(serializer), realm.Join(serializer), realm.Join(serializer, authRole: "admin"));
        admin.Subscription("com.", "{\"match\":\"prefix\"}");
        Assert.Equal(ErrorUris.NotAuthorized, user.AskInVain("wamp.session.add_testament", "[\"com.secret\",[1],{}]"));
        foreach (var peer in new[] { user, other })
        {
            peer.Ask("wamp.session.add_testament", "[\"com.open.x\",[1],null]");
            peer.Ask("wamp.session.add_testament", "[\"com.open.y\",[2],null]");
        }

        user.Leave();
        Assert.Equal(["[1]", "[2]"], admin.Rest().Select(received => received.Payload));
        var narrow = Permit.Role("user", Permit.Exact("com.open.y", RealmAction.Publish));
        realm.Realm.Reconfigure(options with { Roles = [narrow, options.Roles![1]] });
        other.Leave();
        Assert.Equal(["[2]"], admin.Rest().Select(received => received.Payload));
        Assert.Equal(2, realm.Realm.RefusalsOf(RefusalReason.PublishDenied));
    }
}
