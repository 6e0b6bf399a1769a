using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Authorization;

/// <summary>
/// What no rule speaks of is left to the role's authorizer, which the session layer asks between <see cref="Realm.Decide"/> and <see
/// cref="Realm.Route(Sessions.Session, in WampMessage, in Decision)"/>. A test plays that layer.
/// </summary>
public sealed class AuthorizerSeam
{
    private const string Acknowledged = "{\"acknowledge\":true}";
    private const string Authorizer = "net.authorize";
    private readonly RealmOptions _options = new()
    {
        Roles =
        [
            new RoleOptions { Name = "user", Authorizer = Authorizer, Permissions = [Permit.AllBelow("com."), Permit.Prefix("com.secret.")] },
            Permit.Role("admin", Permit.AllBelow("")),
        ],
    };

    private readonly TestRealm _realm;

    public AuthorizerSeam() => _realm = new TestRealm(_options);

    [Theory, EachSerializer, Trait("wamp", "AZN-08"), Trait("wamp", "AZN-03")]
    public void The_authorizer_decides_each_action_of_which_no_rule_speaks(SerializerKind serializer)
    {
        var (user, admin, layer) = Join(serializer);
        foreach (var isAllowed in new[] { false, true })
        {
            user.Subscribe("org.x", "{\"match\":\"prefix\"}");
            AssertAnswer(RealmAction.Subscribe, MessageType.Subscribed);
            user.Register("org.mine");
            AssertAnswer(RealmAction.Register, MessageType.Registered);
            user.Publish("org.x", options: Acknowledged);
            AssertAnswer(RealmAction.Publish, MessageType.Published);
            user.Call("org.theirs");
            AssertAnswer(RealmAction.Call, MessageType.None);

            void AssertAnswer(RealmAction action, MessageType success)
            {
                user.AssertSilent();
                Assert.Equal((Authorizer, action), (layer.Asked[^1].Authorizer, layer.Asked[^1].Action));
                layer.Answer(isAllowed);
                if (!isAllowed)
                {
                    Assert.Equal(ErrorUris.NotAuthorized, user.NextError().Uri);
                }
                else if (success == MessageType.None)
                {
                    Assert.Equal(MessageType.Invocation, admin.Next().Type);
                }
                else
                {
                    Assert.Equal(success, user.Next().Type);
                }
            }
        }

        Assert.Equal(8, layer.Asked.Count);
        Assert.All(Permit.Denials, denial => Assert.Equal(1, _realm.Realm.RefusalsOf(denial)));
    }

    [Theory, EachSerializer, Trait("wamp", "AZN-08")]
    public void It_is_not_asked_where_a_rule_speaks_or_the_URI_is_none(SerializerKind serializer)
    {
        var (user, _, layer) = Join(serializer);
        user.Subscription("com.x");
        user.Subscribe("com.secret.x");
        Assert.Equal(ErrorUris.NotAuthorized, user.NextError().Uri);
        user.Subscribe("com.", "{\"match\":\"prefix\"}");
        Assert.Equal(ErrorUris.NotAuthorized, user.NextError().Uri);
        user.Subscribe("org..x");
        user.Publish("org..x", options: Acknowledged);
        user.Call("org..x");
        user.Register("org..x");
        Assert.All(user.Rest(), error => Assert.Equal(ErrorUris.InvalidUri, error.Uri));
        Assert.Empty(layer.Asked);
    }

    [Theory, EachSerializer, Trait("wamp", "AZN-03")]
    public void An_authorizer_that_fails_or_is_not_asked_allows_nothing(SerializerKind serializer)
    {
        var (user, admin, layer) = Join(serializer);
        user.Call("org.theirs");
        layer.Fail();
        Assert.Equal(Received.Error(MessageType.Call, 1, ErrorUris.AuthorizationFailed), user.NextError());

        user.SessionLayer = null; // an application that embeds the router and asks nobody
        user.Call("org.theirs");
        user.Register("org.mine");
        user.Subscribe("org.x");
        user.Publish("org.x", options: Acknowledged);
        user.Publish("org.x");
        Assert.Equal(Enumerable.Repeat(ErrorUris.AuthorizationFailed, 4), user.Rest().Select(error => error.Uri));
        admin.AssertSilent();
        Assert.Equal(6, _realm.Realm.RefusalsOf(RefusalReason.AuthorizationFailed));
    }

    [Theory, EachSerializer, Trait("wamp", "ORD-07"), Trait("wamp", "RACE-11"), Trait("wamp", "ORD-01")]
    public void What_a_session_sends_behind_a_question_waits_for_the_answer(SerializerKind serializer)
    {
        var (user, admin, layer) = Join(serializer);
        admin.Subscription("com.x");
        admin.Subscription("org.x");
        user.Publish("com.x", "[1]");
        user.Publish("org.x", "[2]");
        user.Publish("com.x", "[3]");
        user.Call("com.no.such");
        user.Publish("org.x", "[4]");
        user.Publish("com.x", "[5]");
        Assert.Equal(["[1]"], admin.Rest().Select(received => received.Payload));
        user.AssertSilent();
        layer.Answer(isAllowed: true);
        Assert.Equal(["[2]", "[3]"], admin.Rest().Select(received => received.Payload));
        Assert.Equal(ErrorUris.NoSuchProcedure, user.NextError().Uri);
        layer.Answer(isAllowed: false);
        Assert.Equal(["[5]"], admin.Rest().Select(received => received.Payload));
        Assert.False(layer.IsWaiting);
    }

    [Theory, EachSerializer, Trait("wamp", "PCI-18")]
    public void Further_chunks_are_not_asked_about(SerializerKind serializer)
    {
        const Features Chunks = Features.ProgressiveCallInvocations | Features.CallCanceling;
        var admin = _realm.Join(serializer, new RoleSet { Callee = Chunks }, authRole: "admin");
        admin.Registration("org.theirs");
        var user = _realm.Join(serializer, Chunks);
        var layer = new AskingLayer(user);
        var call = user.Call("org.theirs", "[1]", "{\"progress\":true}");
        user.Chunk(call, "org.theirs", "[2]");
        user.Chunk(call, "org.theirs", "[3]", "{}");
        admin.AssertSilent();
        layer.Answer(isAllowed: true);
        Assert.Equal(["[1]", "[2]", "[3]"], admin.Rest().Select(invocation => invocation.Payload));
        Assert.Single(layer.Asked);
    }

    [Theory, EachSerializer, Trait("wamp", "CID-03"), Trait("wamp", "PID-04"), Trait("wamp", "AZN-08")]
    public void The_authorizer_may_disclose(SerializerKind serializer)
    {
        var (user, admin, layer) = Join(serializer);
        admin.Subscription("org.x");
        user.Call("org.theirs");
        layer.Answer(isAllowed: true, discloses: true);
        user.Publish("org.x");
        layer.Answer(isAllowed: true, discloses: true);
        user.Publish("org.x");
        layer.Answer(isAllowed: true);
        var received = admin.Rest();
        Assert.StartsWith("{\"caller\":", received[0].Details, StringComparison.Ordinal);
        Assert.StartsWith("{\"publisher\":", received[1].Details, StringComparison.Ordinal);
        Assert.Equal("{}", received[2].Details);
    }

    [Fact, Trait("wamp", "AZN-01"), Trait("wamp", "AZN-08")]
    public void The_session_layer_knows_whom_to_ask_about()
    {
        var (joe, amy) = (_realm.Join(authId: "joe"), _realm.Join(authId: "amy"));
        var layers = new[] { new AskingLayer(joe), new AskingLayer(amy) };
        joe.Subscribe("org.x");
        amy.Subscribe("org.x");
        layers[0].Answer(joe.Session.Identity.AuthId == "joe");
        layers[1].Answer(amy.Session.Identity.AuthId == "joe");
        Assert.Equal(MessageType.Subscribed, joe.Next().Type);
        Assert.Equal(ErrorUris.NotAuthorized, amy.NextError().Uri);
    }

    [Theory, EachSerializer, Trait("wamp", "AZN-08"), Trait("wamp", "AZN-05")]
    public void Rules_that_come_while_the_authorizer_is_asked_have_the_last_word_about_what_would_be_held(SerializerKind serializer)
    {
        var (user, admin, layer) = Join(serializer);
        user.Subscribe("org.x");
        Reconfigure(Permit.Prefix("org."));
        layer.Answer(isAllowed: true);
        Assert.Equal(ErrorUris.NotAuthorized, user.NextError().Uri);

        Reconfigure();
        user.Register("org.mine");
        Reconfigure(Permit.Prefix("org."));
        layer.Answer(isAllowed: true);
        Assert.Equal(ErrorUris.NotAuthorized, user.NextError().Uri);

        Reconfigure();
        user.Subscribe("org.x");
        Reconfigure(Permit.AllBelow("net."));
        layer.Answer(isAllowed: true); // still for the authorizer to say
        Assert.Equal(MessageType.Subscribed, user.Next().Type);
        Reconfigure();
        user.AssertSilent();
        admin.AssertSilent();

        void Reconfigure(params PermissionRule[] rules) =>
            _realm.Realm.Reconfigure(_options with { Roles = [_options.Roles![0] with { Permissions = rules }, _options.Roles[1]] });
    }

    [Fact, Trait("wamp", "TST-07")]
    public void A_testament_of_which_no_rule_speaks_is_refused_because_nobody_can_be_asked()
    {
        var user = _realm.Join();
        var layer = new AskingLayer(user);
        user.Call("wamp.session.add_testament", "[\"org.x\",[1],{}]");
        layer.Answer(isAllowed: true);
        Assert.Equal(ErrorUris.AuthorizationFailed, user.NextError().Uri);
        user.Call("wamp.session.add_testament", "[\"com.x\",[1],{}]");
        layer.Answer(isAllowed: true);
        Assert.Equal(MessageType.Result, user.Next().Type);
    }

    private (RecordingPeer User, RecordingPeer Admin, AskingLayer Layer) Join(SerializerKind serializer)
    {
        var (user, admin) = (_realm.Join(serializer), _realm.Join(serializer, authRole: "admin"));
        admin.Registration("org.theirs");
        return (user, admin, new AskingLayer(user));
    }
}
