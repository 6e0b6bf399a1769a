using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Authorization;

/// <summary>What the rules of a session's role let it do (WAMP specification, "Authorization").</summary>
public sealed class StaticAuthorization
{
    private const string Acknowledged = "{\"acknowledge\":true}";
    private readonly TestRealm _realm = new(Permit.UsersAndAdmin(
        Permit.Prefix("com.call.", RealmAction.Call),
        Permit.Prefix("com.register.", RealmAction.Register),
        Permit.Prefix("com.publish.", RealmAction.Publish),
        Permit.Prefix("com.subscribe.", RealmAction.Subscribe)));

    [Theory, EachSerializer, Trait("wamp", "AZN-02"), Trait("wamp", "AZN-03")]
    public void Each_action_needs_its_permission(SerializerKind serializer)
    {
        var (user, admin) = (_realm.Join(serializer), _realm.Join(serializer, authRole: "admin"));
        foreach (var part in new[] { "call", "register", "publish", "subscribe" })
        {
            var uri = $"com.{part}.x";
            var mayRegister = part == "register";
            user.Register(uri);
            AssertAnswer(user, mayRegister, MessageType.Register, MessageType.Registered);
            if (!mayRegister)
            {
                admin.Registration(uri);
            }

            user.Subscribe(uri);
            AssertAnswer(user, part == "subscribe", MessageType.Subscribe, MessageType.Subscribed);
            user.Publish(uri, options: Acknowledged);
            AssertAnswer(user, part == "publish", MessageType.Publish, MessageType.Published);
            user.Call(uri);
            if (part == "call")
            {
                admin.Yield(admin.Rest().Single(received => received.Type == MessageType.Invocation).RequestId);
            }

            AssertAnswer(user, part == "call", MessageType.Call, MessageType.Result);
        }

        Assert.All(Permit.Denials, denial => Assert.Equal(3, _realm.Realm.RefusalsOf(denial)));
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "AZN-03"), Trait("wamp", "PUB-02")]
    public void An_unacknowledged_PUBLISH_that_is_denied_is_silent_but_counted(SerializerKind serializer)
    {
        var (user, admin) = (_realm.Join(serializer), _realm.Join(serializer, authRole: "admin"));
        admin.Subscription("com.", "{\"match\":\"prefix\"}");
        user.Publish("com.other", "[1]");
        user.AssertSilent();
        admin.AssertSilent();
        Assert.Equal(1, _realm.Realm.RefusalsOf(RefusalReason.PublishDenied));
        user.Publish("com.publish.x", "[2]");
        Assert.Equal("[2]", admin.Next().Payload);
    }

    [Theory, EachSerializer, Trait("wamp", "REG-07"), Trait("wamp", "AZN-05"), Trait("wamp", "RACE-22")]
    public void A_denial_does_not_tell_what_exists(SerializerKind serializer)
    {
        var (user, admin) = (_realm.Join(serializer), _realm.Join(serializer, authRole: "admin"));
        admin.Registration("com.there");
        admin.Subscription("com.there");
        foreach (var uri in new[] { "com.there", "com.not.there" })
        {
            user.Register(uri);
            Assert.Equal(ErrorUris.NotAuthorized, user.NextError().Uri);
            user.Call(uri);
            Assert.Equal(ErrorUris.NotAuthorized, user.NextError().Uri);
            user.Subscribe(uri);
            Assert.Equal(ErrorUris.NotAuthorized, user.NextError().Uri);
        }

        admin.AssertSilent();
    }

    [Theory, EachSerializer, Trait("wamp", "AZN-05"), Trait("wamp", "ID-09"), Trait("wamp", "URI-08")]
    public void What_is_denied_uses_its_request_id_and_what_is_no_URI_is_told_so(SerializerKind serializer)
    {
        var user = _realm.Join(serializer);
        user.Call("com.other");
        user.Call("com..other");
        user.Register("com..other");
        user.Subscribe("com..other");
        user.Publish("com..other", options: Acknowledged);
        user.Register("wamp.other");
        var errors = user.Rest();
        Assert.Equal(ErrorUris.NotAuthorized, errors[0].Uri);
        Assert.All(errors[1..], error => Assert.Equal(ErrorUris.InvalidUri, error.Uri));
        Assert.Equal([1, 2, 3, 4, 5, 6], errors.Select(error => error.RequestId));
        Assert.Throws<WampProtocolException>(() => user.Route(new WampMessage { Type = MessageType.Publish, RequestId = 8, Uri = "com.other"u8 }));
        Assert.Throws<WampProtocolException>(() => user.Publish("com.other", options: "{\"acknowledge\":1}"));
    }

    [Theory, EachSerializer, Trait("wamp", "AZN-04")]
    public void Patterns_are_authorized_as_patterns(SerializerKind serializer)
    {
        var user = _realm.Join(serializer);
        foreach (var (uri, match, isAllowed) in new[]
        {
            ("com.subscribe.", "prefix", true), ("com.subscribe.a", "prefix", true), ("com.", "prefix", false), ("com.subscribe", "prefix", false),
            ("com.subscribe..b", "wildcard", true), ("com..b", "wildcard", false), ("..", "wildcard", false),
        })
        {
            user.Subscribe(uri, $"{{\"match\":\"{match}\"}}");
            AssertAnswer(user, isAllowed, MessageType.Subscribe, MessageType.Subscribed);
            user.Register(uri.Replace("subscribe", "register", StringComparison.Ordinal), $"{{\"match\":\"{match}\"}}");
            AssertAnswer(user, isAllowed, MessageType.Register, MessageType.Registered);
        }
    }

    [Fact, Trait("wamp", "AZN-01")]
    public void It_is_the_role_in_the_realm_that_counts_for_each_of_its_sessions()
    {
        var other = new TestRealm(Permit.Users(Permit.AllBelow("org.")));
        foreach (var user in new[] { _realm.Join(authId: "joe"), _realm.Join(authId: "joe"), _realm.Join(authId: "amy") })
        {
            user.Subscription("com.subscribe.x");
            user.Subscribe("org.x");
            Assert.Equal(ErrorUris.NotAuthorized, user.NextError().Uri);
        }

        other.Join(authId: "joe").Subscription("org.x");
        _realm.Join(authRole: "admin").Subscription("org.x");
    }

    [Theory, EachSerializer, Trait("wamp", "AZN-06")]
    public void What_is_given_back_or_answered_needs_no_permission(SerializerKind serializer)
    {
        var (user, admin) = (_realm.Join(serializer, Features.CallCanceling), _realm.Join(serializer, authRole: "admin"));
        admin.Registration("com.call.x");
        var (subscription, registration) = (user.Subscription("com.subscribe.x"), user.Registration("com.register.x"));
        user.Call("com.call.x");
        user.Route(new WampMessage { Type = MessageType.Cancel, RequestId = user.LastRequestId }, "{\"mode\":\"skip\"}");
        Assert.Equal(ErrorUris.Canceled, user.NextError().Uri);
        admin.Call("com.register.x");
        user.Yield(user.Next().RequestId);
        Assert.Equal(MessageType.Result, admin.Rest()[^1].Type);
        Assert.Equal(Received.Unsubscribed(user.Unsubscribe(subscription)), user.Next());
        Assert.Equal(Received.Unregistered(user.Unregister(registration)), user.Next());
    }

    [Theory, EachSerializer, Trait("wamp", "PCI-18")]
    public void Only_the_first_chunk_of_a_call_is_authorized(SerializerKind serializer)
    {
        var options = Permit.UsersAndAdmin(Permit.Prefix("com.call.", RealmAction.Call));
        var realm = new TestRealm(options);
        const Features Chunks = Features.ProgressiveCallInvocations | Features.CallCanceling;
        var user = realm.Join(serializer, Chunks);
        var admin = realm.Join(serializer, new RoleSet { Callee = Chunks }, authRole: "admin");
        admin.Registration("com.call.x");
        var call = user.Call("com.call.x", "[1]", "{\"progress\":true}");
        realm.Realm.Reconfigure(options with { Roles = [Permit.Role("user"), options.Roles![1]] });
        user.Chunk(call, "com.call.x", "[2]", "{}");
        Assert.Equal(["[1]", "[2]"], admin.Rest().Select(invocation => invocation.Payload));
        Assert.Equal(0, realm.Realm.RefusalsOf(RefusalReason.CallDenied));

        var denied = user.Call("com.call.x", "[1]", "{\"progress\":true}");
        Assert.Equal(Received.Error(MessageType.Call, denied, ErrorUris.NotAuthorized), user.NextError());
        user.Chunk(denied, "com.call.x", "[2]", "{}"); // sent before the answer was read
        user.AssertSilent();
        Assert.Equal(1, realm.Realm.RefusalsOf(RefusalReason.CallDenied));
        realm.LeaveAll();
    }

    [Fact, Trait("wamp", "AZN-01")]
    public void A_session_of_a_role_that_the_realm_has_not_got_is_ended()
    {
        Assert.True(_realm.Realm.HasRole("user"));
        Assert.False(_realm.Realm.HasRole("stranger"));
        Assert.True(new TestRealm().Realm.HasRole("stranger"));
        var stranger = _realm.Join(authRole: "stranger");
        Assert.Equal(CloseUris.Killed, stranger.Ending?.Reason);
        Assert.Equal(0, _realm.Realm.SessionCount);
    }

    [Fact, Trait("wamp", "AZN-02")]
    public void A_realm_that_names_no_roles_permits_everything_and_one_with_none_nothing()
    {
        var (open, shut) = (new TestRealm(), new TestRealm(new RealmOptions { Roles = [] }));
        open.Join(authRole: "anybody").Subscription("com.x");
        Assert.NotNull(shut.Join().Ending);
    }

    private static void AssertAnswer(RecordingPeer peer, bool isAllowed, MessageType request, MessageType success)
    {
        var answer = peer.Next();
        Assert.Equal(
            (isAllowed ? success : MessageType.Error, peer.LastRequestId, isAllowed ? "" : ErrorUris.NotAuthorized),
            (answer.Type, answer.RequestId, answer.Uri));
        Assert.Equal(isAllowed ? MessageType.None : request, answer.RequestType);
        Assert.Equal(isAllowed, !answer.Payload.Contains("role", StringComparison.Ordinal));
    }
}
