using Broker.Messages;
using Broker.Peers;
using Broker.PubSub;
using Broker.Serialization;

namespace Broker.Sessions;

/// <summary>What an established session may not send (WAMP specification, "Protocol Errors").</summary>
public sealed class ProtocolViolations
{
    private readonly TestRealm _realm = new();

    [Theory, EachSerializer, Trait("wamp", "PV-02"), Trait("wamp", "PV-13"), Trait("wamp", "SES-06"), Trait("wamp", "SES-40")]
    public void Messages_that_a_client_never_sends_in_an_established_session_are_refused(SerializerKind serializer)
    {
        foreach (var type in new[]
        {
            MessageType.Hello, MessageType.Welcome, MessageType.Challenge, MessageType.Authenticate, MessageType.Published, MessageType.Subscribed,
            MessageType.Unsubscribed, MessageType.Event, MessageType.Result, MessageType.Registered, MessageType.Unregistered, MessageType.Invocation, MessageType.Interrupt,
        })
        {
            var peer = _realm.Join(serializer);
            var exception = Assert.Throws<WampProtocolException>(() => peer.Route(new WampMessage
            {
                Type = type,
                RequestId = 1,
                SessionId = 1,
                SubscriptionId = 1,
                PublicationId = 1,
                RegistrationId = 1,
                Uri = "realm1"u8,
                Text = "x"u8,
            }));
            Assert.Contains(type.ToString().ToUpperInvariant(), exception.Message, StringComparison.Ordinal);
            peer.AssertSilent();
        }
    }

    [Theory, EachSerializer, Trait("wamp", "PV-09"), Trait("wamp", "RPC-11")]
    public void An_answer_to_an_invocation_that_was_never_sent_is_refused(SerializerKind serializer)
    {
        var (caller, callee, other) = (_realm.Join(serializer), _realm.Join(serializer), _realm.Join(serializer));
        callee.Registration("com.procedure");
        var request = caller.Call("com.procedure");
        Assert.Throws<WampProtocolException>(() => other.Yield(1));
        Assert.Throws<WampProtocolException>(() => caller.Error(1, "com.error"));
        Assert.Throws<WampProtocolException>(() => callee.Yield(2));
        Assert.Throws<WampProtocolException>(() => callee.Error(1L << 53, "com.error"));
        caller.AssertSilent();
        callee.Yield(1);
        Assert.Equal([Received.Result(request)], caller.Rest());
    }

    [Theory, EachSerializer, Trait("wamp", "PV-08"), Trait("wamp", "PV-19")]
    public void An_ERROR_for_anything_but_an_INVOCATION_is_refused(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer));
        callee.Registration("com.procedure");
        caller.Call("com.procedure");
        foreach (var type in Enum.GetValues<MessageType>().Except([MessageType.Invocation]).Append((MessageType)100))
        {
            Assert.Throws<WampProtocolException>(() => callee.Error(1, "com.error", requestType: type));
        }

        caller.AssertSilent();
        Assert.Equal((1, 1), (caller.PendingCalls, callee.PendingInvocations));
    }

    [Theory, EachSerializer, Trait("wamp", "URI-08")]
    public void An_ERROR_with_a_malformed_URI_is_refused(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer));
        callee.Registration("com.procedure");
        caller.Call("com.procedure");
        Assert.Throws<WampProtocolException>(() => callee.Error(1, ""));
        Assert.Throws<WampProtocolException>(() => callee.Error(1, "a..b"));
        callee.Error(1, "wamp.error.invalid_argument");
        Assert.Single(caller.Rest());
    }

    [Theory, EachSerializer, Trait("wamp", "PV-17")]
    public void Extension_messages_are_passed_over(SerializerKind serializer)
    {
        var peer = _realm.Join(serializer);
        _realm.Realm.Route(peer.Session, new WampMessage { Type = (MessageType)256 });
        _realm.Realm.Route(peer.Session, new WampMessage { Type = (MessageType)1023 });
        peer.AssertSilent();
        peer.Subscription("com.topic");
    }

    [Theory, EachSerializer, Trait("wamp", "PV-31"), Trait("wamp", "PV-35")]
    public void After_a_violation_the_offender_leaves_and_nobody_else_is_harmed(SerializerKind serializer)
    {
        var (offender, caller, other) = (_realm.Join(serializer), _realm.Join(serializer), _realm.Join(serializer));
        offender.Registration("com.procedure");
        offender.Subscription("com.topic");
        other.Subscription("com.topic");
        caller.Call("com.procedure");
        offender.Rest();
        Assert.Throws<WampProtocolException>(() => offender.Yield(7));
        offender.Leave();
        Assert.Equal("wamp.error.canceled", caller.NextError().Uri);
        caller.Publish("com.topic");
        Assert.Single(other.Rest());
        offender.AssertSilent();
        Assert.Equal((2, 1, 0), (_realm.Realm.SessionCount, _realm.Realm.SubscriptionCount, _realm.Realm.RegistrationCount));
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "SES-17"), Trait("wamp", "SES-12")]
    public void WELCOME_is_the_first_message_and_carries_the_session_id(SerializerKind serializer)
    {
        var sink = new FirstMessage();
        var session = _realm.Realm.Join(
            serializer, new Options.HelloDetails(), new SessionIdentity("a", "b", "c", "d"), new Options.WelcomeDetails { Roles = Realms.Realm.Roles, Realm = "realm1" }, sink);
        var welcome = MessageParser.Parse(serializer, sink.Bytes!, DecodeLimits.Default);
        Assert.Equal((MessageType.Welcome, session.Id), (welcome.Type, welcome.SessionId));
        var details = Options.WelcomeDetails.Parse(serializer, welcome.Dict);
        Assert.Equal("realm1", details.Realm);
        Assert.Equal(Realms.Realm.Roles, details.Roles);
        _realm.Realm.Leave(session);
    }

    private sealed class FirstMessage : IMessageSink
    {
        public Lock Gate { get; } = new();

        public byte[]? Bytes { get; private set; }

        public SendResult Send(OutboundMessage message, bool isDroppable)
        {
            Bytes ??= message.Bytes.ToArray();
            return SendResult.Queued;
        }

        public void SendEvent(OutboundMessage message, EventTerms terms, ReadOnlySpan<byte> topic) =>
            Assert.Fail("It has subscribed nothing.");

        public void SendRetained(RetainedDelivery events) => Assert.Fail("It has subscribed nothing.");

        public void ForgetMissed()
        {
            // It has missed nothing.
        }

        public void MissEvent() => Assert.Fail("It has subscribed nothing.");

        public void End(string reason, string? message) => Assert.Fail("Nobody kills this session.");
    }
}
