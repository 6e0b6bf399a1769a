using System.Text.Json;
using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.PubSub;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Meta;

/// <summary><c>wamp.subscription.get_events</c> (WAMP specification, "Event History").</summary>
public sealed class EventHistoryApi
{
    private const string GetEvents = "wamp.subscription.get_events";
    private readonly TestRealm _realm = new(
        new RealmOptions { History = [new HistoryRule { Uri = "com.topic" }] }, new ManualTime { Now = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero) });

    [Fact, Trait("wamp", "HIS-01")]
    public void The_broker_announces_it() => Assert.True(_realm.Realm.AnnouncedRoles.Broker!.Value.HasFlag(Features.EventHistory));

    [Theory, EachSerializer, Trait("wamp", "HIS-02"), Trait("wamp", "HIS-03"), Trait("wamp", "HIS-04"), Trait("wamp", "HIS-10")]
    public void The_events_of_a_history_are_told_with_whether_there_are_more(SerializerKind from, SerializerKind to)
    {
        var (publisher, caller) = (_realm.Join(from), _realm.Join(to));
        var ids = new long[3];
        for (var i = 0; i < ids.Length; i++)
        {
            publisher.Publish("com.topic", $"[{i}],{{\"k\":1.5}}", "{\"acknowledge\":true}");
            ids[i] = publisher.Next().PublicationId;
        }

        var id = caller.Ask("wamp.subscription.lookup", "[\"com.topic\"]");
        var subscription = id.Trim('[', ']');
        string Told(int i) =>
            $"{{\"timestamp\":\"2026-03-04T05:06:07.000000Z\",\"subscription\":{subscription},\"publication\":{ids[i]},\"details\":{{}},\"args\":[{i}],\"kwargs\":{{\"k\":1.5}}}}";
        Assert.Equal($"[{Told(0)},{Told(1)},{Told(2)}],{{\"is_limit_reached\":false}}", caller.Ask(GetEvents, id));
        Assert.Equal($"[{Told(2)},{Told(1)}],{{\"is_limit_reached\":true}}", caller.Ask(GetEvents, id + ",{\"reverse\":true,\"limit\":2}"));
        Assert.Equal("[],{\"is_limit_reached\":false}", caller.Ask(GetEvents, $"{id},{{\"after_publication\":{ids[2]}}}"));
    }

    [Theory, EachSerializer, Trait("wamp", "HIS-08"), Trait("wamp", "HIS-09"), Trait("wamp", "HIS-07")]
    public void Unknown_subscriptions_and_bad_filters_are_refused(SerializerKind serializer)
    {
        var caller = _realm.Join(serializer);
        var id = caller.Ask("wamp.subscription.lookup", "[\"com.topic\"]");
        var without = caller.Subscription("com.other");
        Assert.Equal("[],{\"is_limit_reached\":false}", caller.Ask(GetEvents, $"[{without}]"));
        Assert.Equal(ErrorUris.NoSuchSubscription, caller.AskInVain(GetEvents, "[999]"));
        foreach (var payload in new[] { "", "[]", "[\"a\"]", "[1,2]", id + ",{\"limit\":\"2\"}", id + ",{\"from_time\":\"today\"}", id + ",{\"from_publication\":3}" })
        {
            Assert.Equal(ErrorUris.InvalidArgument, caller.AskInVain(GetEvents, payload));
        }
    }

    [Theory, EachSerializer, Trait("wamp", "HIS-12"), Trait("wamp", "HIS-13"), Trait("wamp", "BWL-09")]
    public void Callers_are_told_what_they_could_have_received_and_nothing_that_was_for_certain_sessions(SerializerKind from, SerializerKind to)
    {
        var publisher = _realm.Join(from);
        var (amy, bob, guest) = (_realm.Join(to, authId: "amy"), _realm.Join(to, authId: "bob"), _realm.Join(to, authId: "amy", authRole: "guest"));
        publisher.Publish("com.topic", "[\"all\"]");
        publisher.Publish("com.topic", "[\"amy\"]", "{\"eligible_authid\":[\"amy\"]}");
        publisher.Publish("com.topic", "[\"no guests\"]", "{\"exclude_authrole\":[\"guest\"]}");
        publisher.Publish("com.topic", "[\"session\"]", $"{{\"eligible\":[{amy.Session.Id}]}}");
        publisher.Publish("com.topic", "[\"others\"]", $"{{\"exclude\":[{bob.Session.Id}]}}");
        Assert.Equal(["all", "amy", "no guests"], Told(amy));
        Assert.Equal(["all", "no guests"], Told(bob));
        Assert.Equal(["all", "amy"], Told(guest));

        static IEnumerable<string?> Told(RecordingPeer caller)
        {
            using var payload = JsonDocument.Parse($"[{caller.Ask(GetEvents, caller.Ask("wamp.subscription.lookup", "[\"com.topic\"]"))}]");
            return payload.RootElement[0].EnumerateArray().Select(told => told.GetProperty("args")[0].GetString()).ToList();
        }
    }

    [Theory, EachSerializer, Trait("wamp", "HIS-14"), Trait("wamp", "HIS-05"), Trait("wamp", "PCR-06"), Trait("wamp", "PSZ-01")]
    public void A_caller_that_takes_progressive_results_gets_a_long_history_in_parts_that_it_can_take(SerializerKind from, SerializerKind to)
    {
        var publisher = _realm.Join(from);
        var caller = _realm.Join(to, Features.ProgressiveCallResults);
        var id = caller.Ask("wamp.subscription.lookup", "[\"com.topic\"]");
        var ids = Publish(publisher, 300, 1000);
        var request = caller.Call(GetEvents, id, ReceiveProgress);
        var whole = caller.Rest();
        Assert.InRange(whole.Count, 4, 10); // 300,000 bytes in parts of some 64 KiB
        Assert.Equal(ids, PublicationIds(whole));
        Assert.All(whole[..^1], part => Assert.Equal((MessageType.Result, request, "{\"progress\":true}"), (part.Type, part.RequestId, part.Details)));
        Assert.Equal((MessageType.Result, request, "{}"), (whole[^1].Type, whole[^1].RequestId, whole[^1].Details));
        Assert.EndsWith("],{\"is_limit_reached\":false}", whole[^1].Payload, StringComparison.Ordinal);

        caller.MaxLength = 6000;
        caller.Call(GetEvents, id + ",{\"reverse\":true,\"limit\":200}", ReceiveProgress);
        var parts = caller.Rest();
        Assert.InRange(parts.Count, 40, 200);
        Assert.Equal(ids.AsEnumerable().Reverse().Take(200), PublicationIds(parts));
        Assert.EndsWith("],{\"is_limit_reached\":true}", parts[^1].Payload, StringComparison.Ordinal);
    }

    [Theory, EachSerializer, Trait("wamp", "HIS-14")]
    public void An_event_longer_than_the_caller_takes_is_left_out_of_the_parts(SerializerKind serializer)
    {
        var publisher = _realm.Join(serializer);
        var caller = _realm.Join(serializer, Features.ProgressiveCallResults);
        var id = caller.Ask("wamp.subscription.lookup", "[\"com.topic\"]");
        long[] ids = [.. Publish(publisher, 20, 300), .. Publish(publisher, 1, 5000), .. Publish(publisher, 20, 300), .. Publish(publisher, 1, 5000)];
        caller.MaxLength = 2000;
        caller.Call(GetEvents, id, ReceiveProgress);
        var parts = caller.Rest();
        Assert.Equal([.. ids[..20], .. ids[21..41]], PublicationIds(parts));
        Assert.EndsWith("],{\"is_limit_reached\":false,\"_left_out\":2}", parts[^1].Payload, StringComparison.Ordinal);
        Assert.Equal(2, _realm.Realm.EventsDroppedFor(DropReason.TooLong));
        Assert.Equal(0, caller.TooLong); // nothing was encoded in vain
    }

    [Theory, EachSerializer, Trait("wamp", "HIS-03"), Trait("wamp", "HIS-04")]
    public void A_caller_is_told_how_many_events_its_serializer_cannot_express(SerializerKind serializer)
    {
        var publisher = _realm.Join(SerializerKind.Cbor);
        var (caller, taker) = (_realm.Join(serializer), _realm.Join(serializer, Features.ProgressiveCallResults));
        var id = caller.Ask("wamp.subscription.lookup", "[\"com.topic\"]");
        var ids = new List<long>();
        for (var i = 0; i < 2; i++)
        {
            PublishNotANumber(publisher);
            ids.AddRange(Publish(publisher, 1, 10));
        }

        caller.Call(GetEvents, id);
        taker.Call(GetEvents, id, ReceiveProgress);
        var (whole, part) = (Assert.Single(caller.Rest()), Assert.Single(taker.Rest()));
        if (serializer == SerializerKind.Json)
        {
            Assert.Equal(ids, PublicationIds([whole]));
            Assert.EndsWith("],{\"is_limit_reached\":false,\"_left_out\":2}", whole.Payload, StringComparison.Ordinal);
            Assert.Equal(whole.Payload, part.Payload);
            Assert.EndsWith(",{\"is_limit_reached\":true,\"_left_out\":1}", caller.Ask(GetEvents, id + ",{\"limit\":1}"), StringComparison.Ordinal);
            Assert.Equal(5, _realm.Realm.EventsDroppedFor(DropReason.Inexpressible));
        }
        else
        {
            Assert.StartsWith("not JSON", whole.Payload, StringComparison.Ordinal); // as it has all four
            Assert.Equal(0, _realm.Realm.EventsDropped);
        }
    }

    [Theory, EachSerializer, Trait("wamp", "HIS-14"), Trait("wamp", "HIS-04")]
    public void What_a_slow_caller_has_not_reached_is_not_counted_as_left_out(SerializerKind serializer)
    {
        var publisher = _realm.Join(serializer);
        var caller = _realm.Join(serializer, Features.ProgressiveCallResults);
        var id = caller.Ask("wamp.subscription.lookup", "[\"com.topic\"]");
        Publish(publisher, 1, 5000);
        var ids = Publish(publisher, 3, 1500);
        Publish(publisher, 1, 5000);
        (caller.MaxLength, caller.IsSlow) = (2000, true);
        caller.Call(GetEvents, id, ReceiveProgress);
        Assert.Equal("[],{\"is_limit_reached\":true}", Assert.Single(caller.Rest()).Payload);
        Assert.Equal(0, _realm.Realm.EventsDropped);

        caller.IsSlow = false;
        caller.Call(GetEvents, id, ReceiveProgress);
        var parts = caller.Rest();
        Assert.Equal(ids, PublicationIds(parts));
        Assert.EndsWith(",{\"is_limit_reached\":false,\"_left_out\":2}", parts[^1].Payload, StringComparison.Ordinal);
        Assert.Equal(2, _realm.Realm.EventsDroppedFor(DropReason.TooLong));
    }

    [Theory, EachSerializer, Trait("wamp", "HIS-14"), Trait("wamp", "PSZ-01")]
    public void An_answer_that_just_fits_is_given_and_one_longer_by_a_byte_is_not_even_encoded(SerializerKind from, SerializerKind to)
    {
        var realm = new TestRealm(new RealmOptions { History = [new HistoryRule { Uri = "com.", Match = MatchPolicy.Prefix }] });
        var (publisher, caller) = (realm.Join(from), realm.Join(to));
        var id = caller.Ask("wamp.subscription.lookup", "[\"com.\",{\"match\":\"prefix\"}]");
        for (var i = 0; i < 300; i++)
        {
            var payload = i % 3 == 0 ? "" : i % 3 == 1 ? "[\"\\u0000EjRWeA==\",\"\\n\"]" : "[],{\"k\":[1.5,null]}";
            publisher.Publish($"com.\"t{i}", payload, i % 2 == 0 ? "{}" : "{\"rkey\":\"a\\tb\",\"disclose_me\":true}");
        }

        caller.ContinueIds(1000, 0); // from here on all request ids are equally long
        foreach (var limit in (int[])[4, 15, 16, 23, 24, 255, 256, 300]) // where the heads of lists grow
        {
            var filtered = $"{id},{{\"limit\":{limit}}}";
            caller.MaxLength = int.MaxValue;
            caller.Call(GetEvents, filtered);
            caller.MaxLength = caller.NextBytes().Length;
            caller.Ask(GetEvents, filtered);
            caller.MaxLength--;
            Assert.Equal(ErrorUris.PayloadSizeExceeded, caller.AskInVain(GetEvents, filtered));
        }

        Assert.Equal((0, 0), (caller.TooLong, realm.Realm.EventsDropped));
    }

    [Theory, EachSerializer, Trait("wamp", "HIS-14"), Trait("wamp", "HIS-04")]
    public void A_caller_that_reads_too_slowly_gets_the_beginning_and_can_go_on_from_there(SerializerKind serializer)
    {
        var publisher = _realm.Join(serializer);
        var caller = _realm.Join(serializer, Features.ProgressiveCallResults);
        var id = caller.Ask("wamp.subscription.lookup", "[\"com.topic\"]");
        var ids = Publish(publisher, 300, 1000);
        caller.IsSlow = true;
        caller.Call(GetEvents, id, ReceiveProgress);
        Assert.Equal("[],{\"is_limit_reached\":true}", Assert.Single(caller.Rest()).Payload);
        caller.IsSlow = false;
        caller.Call(GetEvents, $"{id},{{\"after_publication\":{ids[99]}}}", ReceiveProgress);
        Assert.Equal(ids[100..], PublicationIds(caller.Rest()));
    }

    [Theory, EachSerializer, Trait("wamp", "HIS-14"), Trait("wamp", "PCR-12")]
    public void Without_progressive_results_the_events_come_at_once_or_not_at_all(SerializerKind serializer)
    {
        var (publisher, caller) = (_realm.Join(serializer), _realm.Join(serializer));
        var id = caller.Ask("wamp.subscription.lookup", "[\"com.topic\"]");
        var ids = Publish(publisher, 300, 1000);
        caller.Call(GetEvents, id, ReceiveProgress); // which the caller has not announced
        Assert.Equal(ids, PublicationIds([Assert.Single(caller.Rest())]));
        caller.MaxLength = 6000;
        Assert.Equal(ErrorUris.PayloadSizeExceeded, caller.AskInVain(GetEvents, id));
        caller.Call(GetEvents, id + ",{\"limit\":3}");
        Assert.Equal(ids[..3], PublicationIds([Assert.Single(caller.Rest())]));
    }

    private const string ReceiveProgress = "{\"receive_progress\":true}";

    private static void PublishNotANumber(RecordingPeer publisher) => publisher.RouteEncoded(new WampMessage
    {
        Type = MessageType.Publish,
        RequestId = publisher.NextRequestId(),
        Uri = "com.topic"u8,
        Payload = new Payload([0x81, 0xf9, 0x7e, 0x00], 1),
    });

    private static long[] Publish(RecordingPeer publisher, int count, int length)
    {
        var ids = new long[count];
        for (var i = 0; i < count; i++)
        {
            publisher.Publish("com.topic", $"[\"{new string('x', length)}\"]", "{\"acknowledge\":true}");
            ids[i] = publisher.Next().PublicationId;
        }

        return ids;
    }

    private static IEnumerable<long> PublicationIds(List<Received> parts) => parts.SelectMany(part =>
    {
        using var payload = JsonDocument.Parse($"[{part.Payload}]");
        return payload.RootElement[0].EnumerateArray().Select(told => told.GetProperty("publication").GetInt64()).ToList();
    });
}
