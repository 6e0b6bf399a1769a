using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Realms;

/// <summary>What is beyond the limits of a session is refused, counted, and disturbs nobody else.</summary>
public sealed class SessionLimiting
{
    private readonly TestRealm _realm = new(new RealmOptions { SessionLimits = new SessionLimits { Subscriptions = 2, Registrations = 2, PendingCalls = 2 } });

    [Theory, EachSerializer]
    public void A_session_subscribes_to_no_more_than_it_may(SerializerKind serializer)
    {
        var (greedy, other) = (_realm.Join(serializer), _realm.Join(serializer));
        var first = greedy.Subscription("com.a");
        greedy.Subscription("com.", """{"match":"prefix"}""");

        Assert.Equal(Received.Error(MessageType.Subscribe, greedy.Subscribe("com.b"), ErrorUris.Unavailable), greedy.NextError());
        Assert.Equal(first, greedy.Subscription("com.a"));
        other.Subscription("com.b");

        greedy.Unsubscribe(first);
        greedy.Next();
        greedy.Subscription("com.b");
        Assert.Equal((1L, 0L), (_realm.Realm.RefusalsOf(RefusalReason.SubscriptionLimit), _realm.Realm.RefusalsOf(RefusalReason.RegistrationLimit)));
        _realm.LeaveAll();
    }

    [Theory, EachSerializer]
    public void A_session_registers_no_more_than_it_may(SerializerKind serializer)
    {
        var (greedy, other) = (_realm.Join(serializer), _realm.Join(serializer));
        var first = greedy.Registration("com.a");
        greedy.Registration("com.b");

        Assert.Equal(Received.Error(MessageType.Register, greedy.Register("com.c"), ErrorUris.Unavailable), greedy.NextError());
        other.Registration("com.c");

        greedy.Unregister(first);
        greedy.Next();
        greedy.Registration("com.d");
        Assert.Equal(1, _realm.Realm.RefusalsOf(RefusalReason.RegistrationLimit));
        _realm.LeaveAll();
    }

    [Theory, EachSerializer]
    public void URIs_that_are_too_long_malformed_or_reserved_are_refused_and_counted(SerializerKind serializer)
    {
        var peer = _realm.Join(serializer);
        var tooLong = "com." + new string('x', 512);
        peer.Subscribe(tooLong);
        peer.Register(tooLong);
        peer.Call(tooLong);
        peer.Publish(tooLong, options: """{"acknowledge":true}""");
        peer.Publish(tooLong); // answered by nothing, but counted

        Assert.Equal(Enumerable.Repeat(ErrorUris.InvalidUri, 4), peer.Rest().Select(error => error.Uri));
        Assert.Equal(5, _realm.Realm.RefusalsOf(RefusalReason.InvalidUri));
        _realm.LeaveAll();
    }

    [Theory, EachSerializer]
    public void Texts_of_options_that_are_longer_than_a_URI_may_be_are_refused_and_counted(SerializerKind serializer)
    {
        const string Announced = "com.a";
        var (peer, other) = (_realm.Join(serializer, Features.PayloadPassthruMode | Features.ProgressiveCallInvocations), _realm.Join(serializer, Features.PayloadPassthruMode));
        other.Registration(Announced);
        other.Subscription(Announced);
        string[] keys = ["rkey", "ppt_scheme", "ppt_serializer", "ppt_cipher", "ppt_keyid"];
        foreach (var key in keys)
        {
            Assert.Equal(Received.Error(MessageType.Publish, peer.Publish(Announced, options: Option(key, 513, "\"acknowledge\":true")), ErrorUris.InvalidArgument), peer.NextError());
            peer.Publish(Announced, options: Option(key, 513)); // answered by nothing, but counted
            Assert.Equal(Received.Error(MessageType.Call, peer.Call(Announced, options: Option(key, 513)), ErrorUris.InvalidArgument), peer.NextError());
            Assert.Equal(
                ErrorUris.InvalidArgument,
                peer.AskInVain("wamp.session.add_testament", $"[\"com.a\",[],{{}}],{{\"publish_options\":{Option(key, 513)}}}"));
        }

        var chunked = peer.Call(Announced, options: Option("runmode", 513, "\"progress\":true"));
        Assert.Equal(Received.Error(MessageType.Call, chunked, ErrorUris.InvalidArgument), peer.NextError());
        peer.Chunk(chunked, Announced); // was on its way when the call was refused
        peer.AssertSilent();
        other.AssertSilent();
        Assert.Equal(21, _realm.Realm.RefusalsOf(RefusalReason.OptionTooLong));

        foreach (var key in keys)
        {
            peer.Publish(Announced, options: Option(key, 512));
        }

        peer.Call(Announced, options: Option("rkey", 512));
        Assert.Equal(6, other.Rest().Count);
        _realm.LeaveAll();

        static string Option(string key, int bytes, string more = "\"x\":0") => $"{{\"{key}\":\"ä{new string('x', bytes - 2)}\",{more}}}"; // ä takes two bytes
    }

    [Theory, EachSerializer]
    public void Calls_beyond_those_that_may_wait_for_busy_callees_are_refused_and_counted(SerializerKind serializer)
    {
        var realm = new TestRealm(new RealmOptions { MaxQueuedCalls = 1 });
        var (caller, callee) = (realm.Join(serializer), realm.Join(serializer));
        callee.Registration("com.a", """{"_concurrency":1}""");
        caller.Call("com.a");
        caller.Call("com.a");
        Assert.Equal(0, realm.Realm.RefusalsOf(RefusalReason.QueuedCallLimit));

        Assert.Equal(Received.Error(MessageType.Call, caller.Call("com.a"), ErrorUris.Unavailable), caller.NextError());
        Assert.Equal(1, realm.Realm.RefusalsOf(RefusalReason.QueuedCallLimit));
        realm.LeaveAll();
    }

    [Theory, EachSerializer]
    public void A_session_has_no_more_calls_waiting_than_it_may(SerializerKind serializer)
    {
        var (greedy, other, callee) = (_realm.Join(serializer, Features.ProgressiveCallInvocations), _realm.Join(serializer), _realm.Join(serializer));
        callee.Registration("com.a");
        var first = greedy.Call("com.a");
        greedy.Call("com.a");

        var refused = greedy.Call("com.a", options: """{"progress":true}""");
        Assert.Equal(Received.Error(MessageType.Call, refused, ErrorUris.Unavailable), greedy.NextError());
        greedy.Chunk(refused, "com.a"); // was on its way when the call was refused
        other.Call("com.a");

        callee.Yield(1);
        Assert.Equal(Received.Result(first), greedy.Next());
        greedy.Call("com.a");
        greedy.AssertSilent();
        Assert.Equal(1, _realm.Realm.RefusalsOf(RefusalReason.PendingCallLimit));
        _realm.LeaveAll();
    }
}
