using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Meta;

/// <summary>Events that a session leaves to be published once it has ended (WAMP specification, "Session Testament").</summary>
public sealed class SessionTestaments
{
    private const string Add = "wamp.session.add_testament";
    private const string Flush = "wamp.session.flush_testaments";
    private readonly TestRealm _realm = new();

    [Theory, EachSerializer, Trait("wamp", "TST-01"), Trait("wamp", "TST-03"), Trait("wamp", "TST-04"), Trait("wamp", "TST-05"), Trait("wamp", "TST-09")]
    public void They_are_published_in_order_detached_ones_first_before_on_leave(SerializerKind from, SerializerKind to)
    {
        var (heir, session) = (_realm.Join(to), _realm.Join(from));
        var watched = heir.Watch("com.will", "wamp.session.on_leave");
        session.Subscription("com.will");
        Assert.Equal("", session.Ask(Add, "[\"com.will\",[1,\"ä\\n\",{\"k\":[null]}],{\"a\":1.5}]"));
        Assert.Equal("", session.Ask(Add, "[\"com.will\",[2],{}],{\"scope\":\"detached\"}"));
        Assert.Equal("", session.Ask(Add, "[\"com.will\",[3],null],{\"scope\":\"destroyed\",\"publish_options\":{\"acknowledge\":true,\"exclude_me\":false}}"));
        Assert.Equal("", session.Ask(Add, "[\"com.will\",null,{\"b\":2}],{\"scope\":\"detached\"}"));
        Assert.Equal("", session.Ask(Add, "[\"com.will\",null,null]"));
        heir.AssertSilent();
        session.Leave();
        Assert.Equal(
            [
                "com.will [2],{}",
                "com.will [],{\"b\":2}",
                "com.will [1,\"ä\\n\",{\"k\":[null]}],{\"a\":1.5}",
                "com.will [3]",
                "com.will ",
                $"session.on_leave [{session.Session.Id},\"joe\",\"user\"]",
            ],
            heir.Seen(watched));
        session.AssertSilent();
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "TST-02")]
    public void Flushing_forgets_those_of_one_scope(SerializerKind serializer)
    {
        var (heir, session) = (_realm.Join(), _realm.Join(serializer));
        var watched = heir.Watch("com.will");
        Assert.Equal("", session.Ask(Flush));
        session.Ask(Add, "[\"com.will\",[1],{}]");
        session.Ask(Add, "[\"com.will\",[2],{}],{\"scope\":\"detached\"}");
        Assert.Equal("", session.Ask(Flush));
        session.Ask(Add, "[\"com.will\",[3],{}]");
        Assert.Equal("", session.Ask(Flush, "[],{\"scope\":\"detached\"}"));
        session.Ask(Add, "[\"com.will\",[4],{}]");
        Assert.Equal("", session.Ask(Flush, "[],{\"scope\":\"detached\"}"));
        session.Leave();
        session.Leave();
        Assert.Equal(["com.will [3],{}", "com.will [4],{}"], heir.Seen(watched));
    }

    [Theory, EachSerializer, Trait("wamp", "TST-06"), Trait("wamp", "PV-34")]
    public void They_are_published_for_a_session_that_was_killed_or_lost(SerializerKind serializer)
    {
        var realm = new TestRealm(new RealmOptions { AllowMetaKill = true });
        var (heir, killed, lost) = (realm.Join(), realm.Join(serializer), realm.Join(serializer));
        var watched = heir.Watch("com.will");
        killed.Ask(Add, "[\"com.will\",[1],{}]");
        lost.Ask(Add, "[\"com.will\",[2],{}]");
        realm.Join().Ask("wamp.session.kill", $"[{killed.Session.Id}]");
        realm.Realm.Leave(lost.Session);
        Assert.Equal(["com.will [1],{}", "com.will [2],{}"], heir.Seen(watched));
        realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "TST-08")]
    public void Bad_topics_and_arguments_are_refused(SerializerKind serializer)
    {
        var session = _realm.Join(serializer);
        foreach (var topic in new[] { "", "com..topic", "com.", "wamp.session.on_leave", "no topic" })
        {
            Assert.Equal(ErrorUris.InvalidUri, session.AskInVain(Add, $"[\"{topic}\",[],{{}}]"));
        }

        foreach (var payload in new[]
        {
            "", "[\"com.will\"]", "[\"com.will\",[]]", "[1,[],{}]", "[\"com.will\",{},{}]", "[\"com.will\",[],[]]", "[\"com.will\",[],{},1]",
            "[\"com.will\",[],{}],{\"scope\":\"forever\"}", "[\"com.will\",[],{}],{\"scope\":1}", "[\"com.will\",[],{}],{\"publish_options\":[]}",
            "[\"com.will\",[],{}],{\"publish_options\":{\"exclude\":1}}", "[\"com.will\",[\"x\"],{}],{\"publish_options\":{\"ppt_scheme\":\"x_a\"}}",
        })
        {
            Assert.Equal(ErrorUris.InvalidArgument, session.AskInVain(Add, payload));
        }

        Assert.Equal(ErrorUris.InvalidArgument, session.AskInVain(Flush, "[1]"));
        Assert.Equal(ErrorUris.InvalidArgument, session.AskInVain(Flush, "[],{\"scope\":\"all\"}"));
        Assert.Null(session.Session.Testaments);
    }

    [Theory, EachSerializer, Trait("wamp", "TST-10")]
    public void A_session_may_leave_so_many_and_no_more(SerializerKind serializer)
    {
        var realm = new TestRealm(new RealmOptions { MaxTestaments = 2, MaxTestamentBytes = 100 });
        var session = realm.Join(serializer);
        Assert.Equal(ErrorUris.PayloadSizeExceeded, session.AskInVain(Add, $"[\"com.will\",[\"{new string('a', 100)}\"],{{}}]"));
        session.Ask(Add, $"[\"com.will\",[\"{new string('a', 60)}\"],{{}}]");
        Assert.Equal(ErrorUris.PayloadSizeExceeded, session.AskInVain(Add, $"[\"com.will\",[\"{new string('a', 60)}\"],{{}}]"));
        session.Ask(Add, "[\"com.will\",[],{}],{\"scope\":\"detached\"}");
        Assert.Equal(ErrorUris.PayloadSizeExceeded, session.AskInVain(Add, "[\"com.will\",[],{}]"));
        Assert.Equal(3, realm.Realm.RefusalsOf(RefusalReason.TestamentLimit));
        session.Ask(Flush);
        session.Ask(Add, $"[\"com.will\",[\"{new string('a', 60)}\"],{{}}]");
    }

    [Theory, EachSerializer, Trait("wamp", "TST-10")]
    public void What_their_options_hold_counts_too(SerializerKind serializer)
    {
        var realm = new TestRealm(new RealmOptions { MaxTestamentBytes = 2000 });
        var session = realm.Join(serializer, Features.PayloadPassthruMode);
        var (text, ids) = (new string('x', 500), string.Join(',', Enumerable.Range(1, 60)));
        foreach (var keys in new[]
        {
            $"\"rkey\":\"{text}\",\"exclude_authrole\":[\"{text}\"]", $"\"exclude\":[{ids}]", $"\"ppt_scheme\":\"{text}\",\"ppt_keyid\":\"{text}\"",
        })
        {
            Assert.Equal(ErrorUris.PayloadSizeExceeded, session.AskInVain(Add, $"[\"com.will\",[],{{}}],{{\"publish_options\":{{{keys}}}}}"));
        }

        Assert.Equal(3, realm.Realm.RefusalsOf(RefusalReason.TestamentLimit));
        session.Ask(Add, $"[\"com.will\",[],{{}}],{{\"publish_options\":{{\"rkey\":\"{text}\"}}}}");
    }

    [Theory, EachSerializer, Trait("wamp", "TST-11"), Trait("wamp", "TST-05"), Trait("wamp", "BWL-09")]
    public void Their_options_count_as_those_of_PUBLISH(SerializerKind serializer)
    {
        var session = _realm.Join(serializer, authId: "zoë", authRole: "sensor");
        var (heir, other) = (_realm.Join(), _realm.Join(authRole: "other"));
        heir.Subscription("com.will");
        other.Subscription("com.will");
        session.Ask(Add, "[\"com.will\",[],{}],{\"publish_options\":{\"disclose_me\":true,\"eligible_authrole\":[\"user\"]}}");
        session.Leave();
        Assert.Equal($"{{\"publisher\":{session.Session.Id},\"publisher_authid\":\"zoë\",\"publisher_authrole\":\"sensor\"}}", heir.Next().Details);
        other.AssertSilent();

        var hidden = new TestRealm(new RealmOptions { DisclosePublisher = DisclosePolicy.Never }).Join(serializer);
        Assert.Equal(ErrorUris.DiscloseMeDisallowed, hidden.AskInVain(Add, "[\"com.will\",[],{}],{\"publish_options\":{\"disclose_me\":true}}"));
    }
}
