using System.Text;
using Broker.Serialization;

namespace Broker.Options;

/// <summary>Extra of CHALLENGE and AUTHENTICATE, and authextra of HELLO and WELCOME.</summary>
public sealed class AuthenticationExtras
{
    public static TheoryData<SerializerKind> Serializers => [SerializerKind.Json, SerializerKind.MessagePack, SerializerKind.Cbor];

    [Theory, MemberData(nameof(Serializers))]
    [Trait("wamp", "CRA-06"), Trait("wamp", "SCR-01"), Trait("wamp", "SCR-03"), Trait("wamp", "SCR-05"), Trait("wamp", "SCR-07"), Trait("wamp", "CRY-02"), Trait("wamp", "CRY-03")]
    public void They_are_written_and_read_as_the_specification_has_them(SerializerKind serializer)
    {
        Holds(
            new CraChallenge { Challenge = "{\"nonce\":\"x\"}", Salt = "salt123", KeyLength = 32, Iterations = 1000 },
            """{"challenge":"{\"nonce\":\"x\"}","salt":"salt123","keylen":32,"iterations":1000}""", CraChallenge.Parse);
        Holds(new CraChallenge { Challenge = "x" }, """{"challenge":"x"}""", CraChallenge.Parse);
        Holds(
            new ScramAuthExtra { Nonce = "egVDf3DMJh0=", ChannelBinding = "tls-unique" },
            """{"nonce":"egVDf3DMJh0=","channel_binding":"tls-unique"}""", ScramAuthExtra.Parse);
        Holds(
            new ScramChallenge { Nonce = "ab", Salt = "aBc+fx0NAVA=", Kdf = "argon2id13", Iterations = 2, Memory = 65536 },
            """{"nonce":"ab","salt":"aBc+fx0NAVA=","kdf":"argon2id13","iterations":2,"memory":65536}""", ScramChallenge.Parse);
        Holds(
            new ScramAnswer { Nonce = "ab", ChannelBinding = "tls-unique", ChannelData = "AAAA" },
            """{"nonce":"ab","channel_binding":"tls-unique","cbind_data":"AAAA"}""", ScramAnswer.Parse);
        Holds(new ScramVerifier { Verifier = "AAAA" }, """{"verifier":"AAAA"}""", ScramVerifier.Parse);
        Holds(new ScramVerifier { ServerSignature = "AAAA" }, """{"scram_server_signature":"AAAA"}""", ScramVerifier.Parse);
        Holds(
            new CryptosignAuthExtra { PublicKey = "54", ChannelBinding = "tls-exporter", Challenge = "bb" },
            """{"pubkey":"54","channel_binding":"tls-exporter","challenge":"bb"}""", CryptosignAuthExtra.Parse);
        Holds(
            new CryptosignChallenge { Challenge = "fa", ChannelBinding = "tls-unique", PublicKey = "4a", Signature = "fd" },
            """{"challenge":"fa","channel_binding":"tls-unique","pubkey":"4a","signature":"fd"}""", CryptosignChallenge.Parse);

        void Holds<T>(T extra, string json, Reading<T> parse)
            where T : IEncodable
        {
            Assert.Equal(json, Encoding.UTF8.GetString(ValueEncoder.Encode(SerializerKind.Json, extra)));
            Assert.Equal(extra, parse(serializer, ValueEncoder.Encode(serializer, extra)));
        }
    }

    [Theory, MemberData(nameof(Serializers))]
    public void Null_is_absent_and_what_is_not_known_is_passed_over(SerializerKind serializer)
    {
        Assert.Equal(new CraChallenge(), CraChallenge.Parse(serializer, Dict("""{"challenge":null,"salt":null,"keylen":null,"iterations":null,"x":[{"salt":1}]}""")));
        Assert.Equal(new ScramAuthExtra(), ScramAuthExtra.Parse(serializer, Dict("""{"nonce":null,"channel_binding":null,"x":{}}""")));
        Assert.Equal(
            new ScramChallenge { Memory = 0 },
            ScramChallenge.Parse(serializer, Dict("""{"nonce":null,"salt":null,"kdf":null,"iterations":null,"memory":0,"x":1}""")));
        Assert.Equal(new ScramAnswer(), ScramAnswer.Parse(serializer, Dict("""{"nonce":null,"channel_binding":null,"cbind_data":null,"x":1}""")));
        Assert.Equal(new ScramVerifier(), ScramVerifier.Parse(serializer, Dict("""{"verifier":null,"x_cb_node":"n"}""")));
        Assert.Equal(new CryptosignAuthExtra(), CryptosignAuthExtra.Parse(serializer, Dict("""{"pubkey":null,"trustroot":"0x7","certificates":[]}""")));
        Assert.Equal(new CryptosignChallenge(), CryptosignChallenge.Parse(serializer, Dict("""{"channel_binding":null}""")));

        byte[] Dict(string json) => Encode(serializer, json);
    }

    [Theory, MemberData(nameof(Serializers)), Trait("wamp", "SER-16")]
    public void A_value_of_another_type_is_refused_by_name(SerializerKind serializer)
    {
        Refuses("challenge", CraChallenge.Parse, "1", "{}");
        Refuses("salt", CraChallenge.Parse, "1");
        Refuses("keylen", CraChallenge.Parse, "0", "-1", "1.5", "\"32\"");
        Refuses("iterations", CraChallenge.Parse, "0", "true");
        Refuses("nonce", ScramAuthExtra.Parse, "5");
        Refuses("channel_binding", ScramAuthExtra.Parse, "false");
        Refuses("nonce", ScramChallenge.Parse, "5");
        Refuses("salt", ScramChallenge.Parse, "[]");
        Refuses("kdf", ScramChallenge.Parse, "1");
        Refuses("iterations", ScramChallenge.Parse, "0", "\"4096\"");
        Refuses("memory", ScramChallenge.Parse, "-1", "\"0\"");
        Refuses("cbind_data", ScramAnswer.Parse, "7");
        Refuses("verifier", ScramVerifier.Parse, "7");
        Refuses("pubkey", CryptosignAuthExtra.Parse, "7");
        Refuses("challenge", CryptosignAuthExtra.Parse, "7");
        Refuses("signature", CryptosignChallenge.Parse, "[7]");

        void Refuses<T>(string key, Reading<T> parse, params string[] values)
        {
            foreach (var value in values)
            {
                var exception = Assert.Throws<WampProtocolException>(() => { parse(serializer, Encode(serializer, $"{{\"{key}\":{value}}}")); });
                Assert.Contains(key, exception.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory, MemberData(nameof(Serializers)), Trait("wamp", "SCR-07")]
    public void WELCOME_carries_authextra(SerializerKind serializer)
    {
        var extra = ValueEncoder.Encode(serializer, new ScramVerifier { Verifier = "AAAA" });
        var details = new WelcomeDetails { Roles = new RoleSet { Broker = Features.None }, AuthExtra = extra };
        var read = WelcomeDetails.Parse(serializer, ValueEncoder.Encode(serializer, details));
        Assert.Equal("AAAA", ScramVerifier.Parse(serializer, read.AuthExtra!.Value.Span).Verifier);
        Assert.Null(WelcomeDetails.Parse(serializer, Encode(serializer, """{"roles":{"broker":{}},"authextra":7}""")).AuthExtra);
        Assert.Null(WelcomeDetails.Parse(serializer, Encode(serializer, """{"roles":{"broker":{}},"authextra":null}""")).AuthExtra);
    }

    [Theory, MemberData(nameof(Serializers)), Trait("wamp", "SCR-09")]
    public void ABORT_may_tell_the_error_of_SCRAM(SerializerKind serializer)
    {
        var details = new CloseDetails { Message = "No.", ScramError = "invalid-proof" };
        Assert.Equal("""{"message":"No.","scram":"invalid-proof"}""", Encoding.UTF8.GetString(ValueEncoder.Encode(SerializerKind.Json, details)));
        Assert.Equal(details, CloseDetails.Parse(serializer, ValueEncoder.Encode(serializer, details)));
        Assert.Equal(new CloseDetails(), CloseDetails.Parse(serializer, Encode(serializer, """{"message":1,"scram":[]}""")));
    }

    [Theory, MemberData(nameof(Serializers))]
    public void Authenticators_see_them_as_JSON(SerializerKind serializer)
    {
        var extra = ExtraDict.Of(new ScramChallenge { Nonce = "ab", Iterations = 4096 });
        Assert.Equal("""{"nonce":"ab","iterations":4096}""", extra.ToJsonString());
        Assert.Equal(new ScramChallenge { Nonce = "ab", Iterations = 4096 }, ScramChallenge.Parse(serializer, ExtraDict.Write(serializer, extra)));

        const string all = """{"list":[1,-2,2.5,null,true],"dict":{"x":{}},"big":18446744073709551615,"binary":"\u0000AAEC"}""";
        Assert.Equal(all, ExtraDict.Read(serializer, Encode(serializer, all)).ToJsonString());
        Assert.Empty(ExtraDict.Read(serializer, default));
    }

    [Theory, MemberData(nameof(Serializers))]
    public void A_key_that_is_there_twice_is_a_breach_of_the_protocol_and_no_surprise_for_authenticators(SerializerKind serializer) =>
        Assert.Throws<WampProtocolException>(() => ExtraDict.Read(serializer, Encode(serializer, """{"a":{"b":1,"b":2}}""")));

    private delegate T Reading<out T>(SerializerKind serializer, ReadOnlySpan<byte> dict);

    private static byte[] Encode(SerializerKind serializer, string json)
    {
        using var dict = new ByteBuffer();
        Assert.True(Transcoder.TryTranscodeValue(SerializerKind.Json, Encoding.UTF8.GetBytes(json), serializer, dict));
        return dict.Written.ToArray();
    }
}
