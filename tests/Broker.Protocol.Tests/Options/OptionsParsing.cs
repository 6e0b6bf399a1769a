using Broker.Messages;
using Broker.Serialization;
using Broker.Uris;
using Broker.Vectors;

namespace Broker.Options;

/// <summary>Options and Details: what their keys mean, and that a known key with a value of another type is refused by name.</summary>
public sealed class OptionsParsing
{
    private static readonly SerializerKind[] Kinds = [SerializerKind.Json, SerializerKind.MessagePack, SerializerKind.Cbor];

    private static readonly (MessageType Type, string Key, string[] Refused)[] WrongTypes =
    [
        (MessageType.Publish, "acknowledge", ["0", "1", "\"true\"", "null", "[]"]),
        (MessageType.Publish, "exclude_me", ["0", "\"false\"", "null"]),
        (MessageType.Publish, "disclose_me", ["1", "{}"]),
        (MessageType.Publish, "retain", ["1", "null"]),
        (MessageType.Publish, "exclude", ["5", "[\"5\"]", "[-1]", "[1.5]", "null", "{}", "[[1]]"]),
        (MessageType.Publish, "eligible", ["true", "[true]", "[null]"]),
        (MessageType.Publish, "exclude_authid", ["\"joe\"", "[5]", "[null]", "null"]),
        (MessageType.Publish, "exclude_authrole", ["\"user\"", "[[\"user\"]]"]),
        (MessageType.Publish, "eligible_authid", ["5", "[5]"]),
        (MessageType.Publish, "eligible_authrole", ["{}", "[{}]"]),
        (MessageType.Publish, "ppt_scheme", ["5"]),
        (MessageType.Publish, "ppt_serializer", ["true"]),
        (MessageType.Publish, "ppt_cipher", ["[]"]),
        (MessageType.Publish, "ppt_keyid", ["{}"]),
        (MessageType.Subscribe, "match", ["5", "null", "\"Exact\"", "\"regex\"", "\"\""]),
        (MessageType.Subscribe, "get_retained", ["1"]),
        (MessageType.Subscribe, "nkey", ["1"]),
        (MessageType.Register, "match", ["5", "\"glob\""]),
        (MessageType.Register, "invoke", ["5", "\"all\"", "null"]),
        (MessageType.Register, "disclose_caller", ["1", "null"]),
        (MessageType.Register, "forward_timeout", ["\"yes\""]),
        (MessageType.Register, "concurrency", ["0", "-1", "1.5", "\"2\"", "null"]),
        (MessageType.Register, "_concurrency", ["0", "true"]),
        (MessageType.Cancel, "mode", ["5", "null", "\"abort\"", "\"\""]),
        (MessageType.Call, "rkey", ["5", "null"]),
        (MessageType.Call, "runmode", ["true", "[]"]),
        (MessageType.Call, "timeout", ["-1", "1.5", "\"5\"", "true"]),
        (MessageType.Call, "receive_progress", ["1"]),
        (MessageType.Call, "progress", ["\"yes\""]),
        (MessageType.Call, "disclose_me", ["0"]),
        (MessageType.Yield, "progress", ["1", "null"]),
        (MessageType.Event, "publisher", ["0", "-5", "1.5", "\"5\""]),
        (MessageType.Event, "trustlevel", ["-1", "\"0\""]),
        (MessageType.Event, "retained", ["1"]),
        (MessageType.Event, "topic", ["5", "[]"]),
        (MessageType.Hello, "roles", ["5", "[]", "null", "{\"caller\":5}", "{\"caller\":null}", "{\"subscriber\":[]}"]),
        (MessageType.Hello, "authmethods", ["\"ticket\"", "[5]"]),
        (MessageType.Hello, "authid", ["5"]),
        (MessageType.Hello, "authextra", ["5", "[]"]),
    ];

    public static IEnumerable<TheoryDataRow<MessageType, string, string, SerializerKind>> Refused =>
        from row in WrongTypes
        from value in row.Refused
        from serializer in Kinds
        select new TheoryDataRow<MessageType, string, string, SerializerKind>(row.Type, row.Key, value, serializer);

    [Theory, MemberData(nameof(Refused)), Trait("wamp", "SER-16"), Trait("wamp", "SER-17"), Trait("wamp", "SER-03")]
    [Trait("wamp", "BWL-06")]
    [Trait("wamp", "BWL-08")]
    public void A_known_key_with_a_value_of_another_type_is_refused_by_name(MessageType type, string key, string value, SerializerKind serializer)
    {
        var dict = $"{{\"{key}\":{value}}}";
        var json = type switch
        {
            MessageType.Hello => $"[1,\"realm1\",{dict}]",
            MessageType.Event => $"[36,1,1,{dict}]",
            MessageType.Yield => $"[70,1,{dict}]",
            MessageType.Cancel => $"[49,1,{dict}]",
            _ => $"[{(int)type},1,{dict},\"com.myapp\"]",
        };
        var bytes = ValueTree.Encode(serializer, ValueTree.Parse(json));
        var exception = Assert.Throws<WampProtocolException>(() => { VectorMessage.Parse(serializer, bytes, MessageDialect.Specification); });
        Assert.Contains(key, exception.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Serializers.All), MemberType = typeof(Serializers))]
    public void PUBLISH_Options_are_read(SerializerKind serializer)
    {
        var options = PublishOptions.Parse(serializer, Dict(serializer, """
            {"acknowledge":true,"exclude_me":false,"disclose_me":true,"retain":true,"exclude":[1,2],"exclude_authid":["a"],"exclude_authrole":["b"],
             "eligible":[],"eligible_authid":["c","d"],"eligible_authrole":["e"],"exclude_unknown":5,"rkey":"k"}
            """));
        Assert.Equal((true, true, true, true), (options.Acknowledge, options.IncludeMe, options.DiscloseMe, options.Retain));
        Assert.Equal([1, 2], options.Lists!.Exclude!);
        Assert.Equal([], options.Lists!.Eligible!);
        Assert.Equal(["a"], options.Lists!.ExcludeAuthId!);
        Assert.Equal(["b"], options.Lists!.ExcludeAuthRole!);
        Assert.Equal(["c", "d"], options.Lists!.EligibleAuthId!);
        Assert.Equal(["e"], options.Lists!.EligibleAuthRole!);
    }

    [Theory, MemberData(nameof(Serializers.All), MemberType = typeof(Serializers))]
    public void Empty_Options_are_the_defaults(SerializerKind serializer)
    {
        var publish = PublishOptions.Parse(serializer, Dict(serializer, "{}"));
        Assert.Equal((false, false, false), (publish.Acknowledge, publish.IncludeMe, publish.Retain));
        Assert.Null(publish.Lists);
        Assert.Equal(MatchPolicy.Exact, SubscribeOptions.Parse(serializer, Dict(serializer, "{}")).Match);
        Assert.Equal(InvocationPolicy.Single, RegisterOptions.Parse(serializer, Dict(serializer, "{}")).Invoke);
        Assert.Equal(0, CallOptions.Parse(serializer, Dict(serializer, "{}")).Timeout);
        Assert.Null(CloseDetails.Parse(serializer, Dict(serializer, "{}")).Message);
    }

    [Theory, MemberData(nameof(Serializers.All), MemberType = typeof(Serializers))]
    public void Match_and_invoke_are_read(SerializerKind serializer)
    {
        foreach (var (text, match) in new[] { ("exact", MatchPolicy.Exact), ("prefix", MatchPolicy.Prefix), ("wildcard", MatchPolicy.Wildcard) })
        {
            Assert.Equal(match, SubscribeOptions.Parse(serializer, Dict(serializer, $"{{\"match\":\"{text}\"}}")).Match);
            Assert.Equal(match, RegisterOptions.Parse(serializer, Dict(serializer, $"{{\"match\":\"{text}\"}}")).Match);
        }

        foreach (var policy in Enum.GetValues<InvocationPolicy>())
        {
            var dict = Dict(serializer, $"{{\"invoke\":\"{policy.ToString().ToLowerInvariant()}\"}}");
            Assert.Equal(policy, RegisterOptions.Parse(serializer, dict).Invoke);
        }
    }

    [Theory, MemberData(nameof(Serializers.All), MemberType = typeof(Serializers))]
    public void What_SUBSCRIBE_says_of_slow_reading_is_read_and_what_is_none_of_it_is_told(SerializerKind serializer)
    {
        foreach (var (text, policy) in new (string, SlowConsumerPolicy?)[]
        {
            ("\"drop_newest\"", SlowConsumerPolicy.DropNewest),
            ("\"drop_oldest\"", SlowConsumerPolicy.DropOldest),
            ("\"latest\"", SlowConsumerPolicy.Latest),
            ("\"disconnect\"", SlowConsumerPolicy.Disconnect),
            ("\"\"", null),
            ("\"DropNewest\"", null),
            ("[\"latest\"]", null),
            ("null", null),
            ("1", null),
        })
        {
            var options = SubscribeOptions.Parse(serializer, Dict(serializer, $"{{\"_slow_consumer\":{text},\"match\":\"prefix\"}}"));
            Assert.Equal((policy, policy is null), (options.SlowConsumer, options.HasUnknownSlowConsumer));
            Assert.Equal(MatchPolicy.Prefix, options.Match);
        }

        var silent = SubscribeOptions.Parse(serializer, Dict(serializer, "{}"));
        Assert.Equal((null, false), (silent.SlowConsumer, silent.HasUnknownSlowConsumer));
    }

    [Theory, MemberData(nameof(Serializers.All), MemberType = typeof(Serializers))]
    public void CALL_and_YIELD_Options_are_read(SerializerKind serializer)
    {
        var call = CallOptions.Parse(serializer, Dict(serializer, """{"timeout":250,"receive_progress":true,"progress":true,"disclose_me":true}"""));
        Assert.Equal((250, true, true, true), (call.Timeout, call.ReceiveProgress, call.Progress, call.DiscloseMe));
        Assert.True(YieldOptions.Parse(serializer, Dict(serializer, """{"progress":true}""")).Progress);
    }

    [Theory, MemberData(nameof(Serializers.All), MemberType = typeof(Serializers))]
    public void Passthru_keys_of_CALL_YIELD_and_ERROR_are_read(SerializerKind serializer)
    {
        var dict = Dict(serializer, """{"ppt_scheme":"x_own","ppt_serializer":"cbor","ppt_cipher":"c","ppt_keyid":"k"}""");
        var expected = new PassthruOptions { Scheme = "x_own", Serializer = "cbor", Cipher = "c", KeyId = "k" };
        Assert.Equal(expected, CallOptions.Parse(serializer, dict).Passthru);
        Assert.Equal(expected, YieldOptions.Parse(serializer, dict).Passthru);
        Assert.Equal(expected, ErrorDetails.Parse(serializer, dict).Passthru);
        Assert.Equal(dict, Encoded(serializer, new ErrorDetails { Passthru = expected }));
    }

    [Theory, MemberData(nameof(Serializers.All), MemberType = typeof(Serializers))]
    public void CANCEL_and_REGISTER_Options_are_read(SerializerKind serializer)
    {
        foreach (var (text, mode) in new[] { ("skip", CancelMode.Skip), ("kill", CancelMode.Kill), ("killnowait", CancelMode.KillNoWait) })
        {
            Assert.Equal(mode, CancelOptions.Parse(serializer, Dict(serializer, $"{{\"mode\":\"{text}\"}}")).Mode);
            Assert.Equal(mode, InterruptOptions.Parse(serializer, Encoded(serializer, new InterruptOptions { Mode = mode })).Mode);
        }

        Assert.Equal(CancelMode.KillNoWait, CancelOptions.Parse(serializer, Dict(serializer, "{}")).Mode);
        var register = RegisterOptions.Parse(serializer, Dict(serializer, """{"disclose_caller":true,"forward_timeout":true,"concurrency":4}"""));
        Assert.Equal((true, true, 4), (register.DiscloseCaller, register.ForwardTimeout, register.Concurrency));
        Assert.Equal(5, RegisterOptions.Parse(serializer, Dict(serializer, """{"_concurrency":5}""")).Concurrency);
    }

    [Theory, MemberData(nameof(Serializers.All), MemberType = typeof(Serializers))]
    public void Details_of_calls_are_read_as_they_were_written(SerializerKind serializer)
    {
        var passthru = new PassthruOptions { Scheme = "x_own" };
        var invocation = new InvocationDetails
        {
            Procedure = "com.é", Caller = new DisclosedPeer { Session = 5, AuthId = "joe", AuthRole = "user", TrustLevel = 0 }, Timeout = 250, ReceiveProgress = true, Progress = true, Passthru = passthru,
        };
        Assert.Equal(invocation, InvocationDetails.Parse(serializer, Encoded(serializer, invocation)));
        Assert.Equal(default, InvocationDetails.Parse(serializer, Encoded(serializer, default(InvocationDetails))));
        var result = new ResultDetails { Progress = true, Passthru = passthru };
        Assert.Equal(result, ResultDetails.Parse(serializer, Encoded(serializer, result)));
        foreach (var revocation in new[] { new RevocationDetails { Registration = 7, Reason = "com.reason" }, new RevocationDetails { Subscription = 8 } })
        {
            Assert.Equal(revocation, RevocationDetails.Parse(serializer, Encoded(serializer, revocation)));
        }

        var interrupt = new InterruptOptions { Mode = CancelMode.Kill, Reason = "wamp.error.timeout" };
        Assert.Equal(interrupt, InterruptOptions.Parse(serializer, Encoded(serializer, interrupt)));
    }

    [Theory, MemberData(nameof(Serializers.All), MemberType = typeof(Serializers))]
    public void EVENT_Details_are_read_as_they_were_written(SerializerKind serializer)
    {
        var details = new EventDetails { Topic = "com.myapp.é", Publisher = new DisclosedPeer { Session = 5, AuthId = "joe", AuthRole = "user", TrustLevel = 2 }, Retained = true, Gap = 3 };
        Assert.Equal(details, EventDetails.Parse(serializer, Encoded(serializer, details)));
        Assert.Equal(default, EventDetails.Parse(serializer, Encoded(serializer, default(EventDetails))));
        Assert.Equal(4, EventDetails.Parse(serializer, Dict(serializer, """{"trust_level":4,"publisher":null,"topic":null}""")).Publisher.TrustLevel);
    }

    [Theory, MemberData(nameof(Serializers.All), MemberType = typeof(Serializers)), Trait("wamp", "SES-02"), Trait("wamp", "SES-03"), Trait("wamp", "GEN-04")]
    public void HELLO_Details_are_read_as_they_were_written(SerializerKind serializer)
    {
        var roles = new RoleSet { Caller = Features.CallCanceling | Features.CallTimeout, Subscriber = Features.None };
        var written = new HelloDetails { Roles = roles, Agent = "test", AuthMethods = ["ticket", "wampcra"], AuthId = "joe", AuthRole = "user", AuthExtra = Dict(serializer, """{"a":[1]}""") };
        var read = HelloDetails.Parse(serializer, Encoded(serializer, written));
        Assert.Equal(roles, read.Roles);
        Assert.True(read.Roles.HasClientRole);
        Assert.False(read.Roles.HasRouterRole);
        Assert.Equal(("test", "joe", "user"), (read.Agent, read.AuthId, read.AuthRole));
        Assert.Equal(written.AuthMethods, read.AuthMethods);
        Assert.Equal(written.AuthExtra.Value.ToArray(), read.AuthExtra!.Value.ToArray());
    }

    [Theory, MemberData(nameof(Serializers.All), MemberType = typeof(Serializers)), Trait("wamp", "SES-04"), Trait("wamp", "GEN-04")]
    public void Roles_and_features_that_are_unknown_or_off_are_passed_over(SerializerKind serializer)
    {
        var details = HelloDetails.Parse(serializer, Dict(serializer, """
            {"roles":{"juggler":5,"callee":{"x":1,"features":{"call_cancelling":true,"call_timeout":false,"progressive_call_results":1,"flying":true,"odd":null}},
             "caller":{"features":null},"publisher":{}},"authid":null,"authmethods":null,"authextra":null}
            """));
        Assert.Equal(Features.CallCanceling, details.Roles.Callee);
        Assert.Equal(Features.None, details.Roles.Caller);
        Assert.Equal(Features.None, details.Roles.Publisher);
        Assert.Null(details.Roles.Subscriber);
        Assert.Null(details.AuthMethods);
        Assert.Null(details.AuthExtra);
    }

    [Theory, MemberData(nameof(Serializers.All), MemberType = typeof(Serializers)), Trait("wamp", "SES-16")]
    public void WELCOME_and_GOODBYE_Details_are_read_as_they_were_written(SerializerKind serializer)
    {
        var welcome = new WelcomeDetails
        {
            Roles = new RoleSet { Broker = Features.PublisherExclusion, Dealer = Features.None },
            Agent = "Broker",
            Realm = "realm1",
            AuthId = "joe",
            AuthRole = "user",
            AuthMethod = "ticket",
            AuthProvider = "static",
            MaxMessageSize = 65_536,
        };
        Assert.Equal(welcome, WelcomeDetails.Parse(serializer, Encoded(serializer, welcome)));
        Assert.Equal("bye", CloseDetails.Parse(serializer, Encoded(serializer, new CloseDetails { Message = "bye" })).Message);
        Assert.Null(CloseDetails.Parse(serializer, Dict(serializer, """{"message":5}""")).Message);
    }

    private static byte[] Dict(SerializerKind serializer, string json) => ValueTree.Encode(serializer, ValueTree.Parse(json));

    private static byte[] Encoded<TValue>(SerializerKind serializer, TValue value)
        where TValue : IEncodable
    {
        using var buffer = new ByteBuffer();
        ValueEncoder.Encode(serializer, buffer, value);
        return buffer.Written.ToArray();
    }
}
