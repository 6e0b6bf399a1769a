using System.Security.Cryptography;
using Broker.Client.Codecs;
using Broker.Options;
using Broker.Serialization;

namespace Broker.Client;

/// <summary>The codecs that come with the SDK, and what codecs of an application's own are given.</summary>
public sealed class PayloadCodecTests
{
    private static readonly WampArguments Arguments = new() { 1.0, long.MaxValue, "Grüße", new byte[] { 0, 255 }, null, { "k", ulong.MaxValue } };

    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    public static TheoryData<SerializerKind> Serializers => [SerializerKind.Json, SerializerKind.MessagePack, SerializerKind.Cbor];

    [Theory, MemberData(nameof(Serializers)), Trait("wamp", "PPT-10"), Trait("wamp", "PPT-12")]
    public void ContentKeepsEveryValue(SerializerKind serializer)
    {
        var codec = new PlainPayloadCodec("x_acme", serializer);
        var packed = codec.Pack("com.acme.t", PayloadContent.Of(Arguments), new PassthruOptions { Scheme = "x_acme" });
        AssertArguments(codec.Unpack("com.acme.t", packed));
        AssertArguments(codec.Unpack("com.acme.t", packed with { Passthru = new PassthruOptions { Scheme = "x_acme" } })); // the serializer goes without saying
    }

    [Fact, Trait("wamp", "PPT-12")]
    public void AGatewaysPayloadIsTheOneArgumentAsItIs()
    {
        var mqtt = new PlainPayloadCodec("mqtt");
        var asked = new PassthruOptions { Scheme = "mqtt" };
        foreach (var octets in new[] { [0, 1, 255], Array.Empty<byte>() })
        {
            var packed = mqtt.Pack("com.acme.t", PayloadContent.Of([octets]), asked);
            Assert.Equal(octets, packed.Octets.ToArray());
            Assert.Equal(asked with { Serializer = "native" }, packed.Passthru);
            var unpacked = mqtt.Unpack("com.acme.t", packed with { Passthru = asked });
            Assert.Equal(octets, unpacked.IsEmpty ? [] : unpacked.Arguments.Get<byte[]>(0)!);
        }

        Assert.True(mqtt.Pack("com.acme.t", PayloadContent.Of([]), asked).Octets.IsEmpty);
        foreach (var wrong in new WampArguments[] { ["text"], [new byte[1], 2], new() { { "k", new byte[1] } }, new() { new byte[1], { "k", 1 } } })
            Assert.Throws<WampArgumentException>(() => mqtt.Pack("com.acme.t", PayloadContent.Of(wrong), asked));

        var json = mqtt.Pack("com.acme.t", PayloadContent.Of(["text"]), asked with { Serializer = "json" });
        Assert.Equal("""{"args":["text"],"kwargs":{}}"""u8, json.Octets.Span);
        Assert.Equal("text", mqtt.Unpack("com.acme.t", json).Arguments.Get<string>(0));
    }

    [Fact, Trait("wamp", "E2E-01"), Trait("wamp", "PPT-12")]
    public void EncryptedOctetsAreNonceContentAndTag()
    {
        var codec = new AesGcmPayloadCodec(keyId => keyId == "k1" ? Key : null);
        var packed = codec.Pack("com.acme.t", PayloadContent.Of(Arguments), new PassthruOptions { Scheme = "wamp", KeyId = "k1" });
        Assert.Equal(new PassthruOptions { Scheme = "wamp", Serializer = "cbor", Cipher = "aes256gcm", KeyId = "k1" }, packed.Passthru);

        var octets = packed.Octets.Span;
        var plain = new byte[octets.Length - 28];
        using var aes = new AesGcm(Key, 16);
        aes.Decrypt(octets[..12], octets[12..^16], octets[^16..], plain);
        AssertArguments(PayloadContent.Decode(SerializerKind.Cbor, plain));
        AssertArguments(codec.Unpack("com.acme.t", packed));
        var again = codec.Pack("com.acme.t", PayloadContent.Of(Arguments), packed.Passthru);
        Assert.False(octets[..12].SequenceEqual(again.Octets.Span[..12])); // no nonce twice
    }

    [Fact, Trait("wamp", "E2E-01"), Trait("wamp", "PPT-13")]
    public void NoBitCanBeChanged()
    {
        var codec = new AesGcmPayloadCodec(_ => Key);
        var packed = codec.Pack("com.acme.t", PayloadContent.Of([1]), new PassthruOptions { Scheme = "wamp" });
        for (var bit = 0; bit < packed.Octets.Length * 8; bit++)
        {
            var changed = packed.Octets.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.ThrowsAny<CryptographicException>(() => codec.Unpack("com.acme.t", packed with { Octets = changed }));
        }

        for (var length = 0; length < packed.Octets.Length; length++)
            Assert.ThrowsAny<Exception>(() => codec.Unpack("com.acme.t", packed with { Octets = packed.Octets[..length] }));
        Assert.ThrowsAny<CryptographicException>(() => new AesGcmPayloadCodec(_ => new byte[32]).Unpack("com.acme.t", packed));
    }

    [Fact, Trait("wamp", "E2E-01")]
    public void KeysAreTheApplicationsToFind()
    {
        var asked = new List<string?>();
        var codec = new AesGcmPayloadCodec(keyId =>
        {
            asked.Add(keyId);
            return keyId is null or "k1" ? Key : keyId == "short" ? new byte[16] : null;
        });
        var one = PayloadContent.Of([1]);
        var unnamed = codec.Pack("com.acme.t", one, new PassthruOptions { Scheme = "wamp" });
        Assert.Null(unnamed.Passthru.KeyId);
        Assert.Equal(1, codec.Unpack("com.acme.t", unnamed).Arguments.Get<int>(0));
        Assert.Equal([null, null], asked);
        Assert.Throws<WampArgumentException>(() => codec.Pack("com.acme.t", one, new PassthruOptions { Scheme = "wamp", KeyId = "k2" }));
        Assert.ThrowsAny<CryptographicException>(() => codec.Pack("com.acme.t", one, new PassthruOptions { Scheme = "wamp", KeyId = "short" }));

        var named = new AesGcmPayloadCodec(keyId => keyId == "k1" ? Key : null) { KeyId = "k1" };
        Assert.Equal("k1", named.Pack("com.acme.t", one, new PassthruOptions { Scheme = "wamp" }).Passthru.KeyId);
    }

    [Fact, Trait("wamp", "PPT-12")]
    public void TheSchemeWampIsInCborAndOneOfYourOwnInWhatYouLike()
    {
        var wamp = new AesGcmPayloadCodec(_ => Key);
        Assert.Throws<WampArgumentException>(
            () => wamp.Pack("com.acme.t", PayloadContent.Of(Arguments), new PassthruOptions { Scheme = "wamp", Serializer = "json" }));
        var own = new AesGcmPayloadCodec(_ => Key) { Scheme = "x_acme" };
        var packed = own.Pack("com.acme.t", PayloadContent.Of(Arguments), new PassthruOptions { Scheme = "x_acme", Serializer = "msgpack" });
        Assert.Equal("msgpack", packed.Passthru.Serializer);
        AssertArguments(own.Unpack("com.acme.t", packed));
    }

    [Theory, MemberData(nameof(Serializers)), Trait("wamp", "PPT-13")]
    public void WhateverAPeerSendsIsReadOrRefused(SerializerKind serializer)
    {
        var content = PayloadContent.Of(Arguments).Encode(serializer);
        var random = new Random(4711);
        for (var i = 0; i < 5_000; i++)
        {
            var mutated = content.AsSpan(0, random.Next(content.Length + 1)).ToArray();
            for (var changes = random.Next(4); changes > 0 && mutated.Length > 0; changes--)
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            try
            {
                var read = PayloadContent.Decode(serializer, mutated);
                _ = (read.Arguments.ToString(), read.ArgumentsKw.ToString());
            }
            catch (WampArgumentException)
            {
                // Refused.
            }
        }

        AssertArguments(PayloadContent.Decode(serializer, content));
    }

    [Fact, Trait("wamp", "PPT-13")]
    public void WhatJsonCannotExpressIsRefused()
    {
        byte[] nan = [0xa1, 0x64, .. "args"u8, 0x81, 0xf9, 0x7e, 0x00]; // CBOR: {"args": [NaN]}
        Assert.Throws<WampArgumentException>(() => PayloadContent.Decode(SerializerKind.Cbor, nan));
    }

    private static void AssertArguments(PayloadContent content)
    {
        var (list, dict) = (content.Arguments, content.ArgumentsKw);
        Assert.Equal((5, 1, false), (list.Count, dict.Keys.Count, content.IsEmpty));
        Assert.StartsWith("[1.0,", list.ToString(), StringComparison.Ordinal);
        Assert.Equal((long.MaxValue, "Grüße", ulong.MaxValue), (list.Get<long>(1), list.Get<string>(2), dict.Get<ulong>("k")));
        Assert.Equal([0, 255], list.Get<byte[]>(3)!);
        Assert.Null(list.Get<string>(4));
    }
}
