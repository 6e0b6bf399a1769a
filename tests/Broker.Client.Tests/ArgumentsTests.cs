using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Broker.Client.Payloads;
using Broker.Messages;
using Broker.Serialization;

namespace Broker.Client;

public sealed record Reading(string Device, double Value, byte[] Raw, double? Error = null, ReadOnlyMemory<byte> More = default);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Reading))]
internal sealed partial class ReadingContracts : JsonSerializerContext;

public class ArgumentsTests
{
    public static TheoryData<SerializerKind> Serializers => [SerializerKind.Json, SerializerKind.MessagePack, SerializerKind.Cbor];

    [Theory, MemberData(nameof(Serializers))]
    public void PrimitivesComeBackAsTheyWere(SerializerKind serializer)
    {
        Check(serializer, true);
        Check(serializer, int.MinValue);
        Check(serializer, long.MaxValue);
        Check(serializer, long.MinValue);
        Check(serializer, ulong.MaxValue);
        Check(serializer, 9007199254740993);
        Check(serializer, 1.0);
        Check(serializer, -0.0);
        Check(serializer, 0.1f);
        Check(serializer, double.Epsilon);
        Check(serializer, double.MaxValue);
        Check(serializer, 1e300);
        Check(serializer, 12.50m);
        Check(serializer, "");
        Check(serializer, "Grüße, 世界 🚀 \"\\\n\t\u0001 </script>");
        Check(serializer, Guid.Parse("6f9619ff-8b86-d011-b42d-00c04fc964ff"));
        Check(serializer, new DateTimeOffset(2024, 2, 29, 1, 2, 3, TimeSpan.FromHours(2)));
        Check(serializer, TimeSpan.FromMilliseconds(1234));
        Check<int?>(serializer, null);
        Check<string?>(serializer, null);
        Check(serializer, new[] { 1, 2, 3 });
        Check(serializer, new[] { "a", "b" });
        Check(serializer, new[] { 1.0, 2.5 });
    }

    [Theory, Trait("wamp", "SER-09"), MemberData(nameof(Serializers))]
    public void OctetsComeBackAsTheyWereAndTravelAsBinary(SerializerKind serializer)
    {
        byte[] octets = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        Check(serializer, octets);
        Check(serializer, Array.Empty<byte>());
        Assert.Equal(octets, RoundTrip<ReadOnlyMemory<byte>>(serializer, octets.AsMemory(1)).ToArray().Prepend((byte)0));
        Assert.Equal(octets, RoundTrip<Memory<byte>>(serializer, octets.AsMemory(1)).ToArray().Prepend((byte)0));

        var elements = PayloadWriter.Write([octets], serializer, JsonContracts.Default, out _);
        if (serializer != SerializerKind.Json)
            Assert.True(elements.AsSpan().IndexOf(octets) > 0); // not base64
    }

    [Theory, Trait("wamp", "SER-20"), MemberData(nameof(Serializers))]
    public void FloatsStayFloats(SerializerKind serializer)
    {
        var elements = PayloadWriter.Write([1.0, 2f, 3], serializer, JsonContracts.Default, out var count);
        using var json = new ByteBuffer();
        Assert.True(Transcoder.TryTranscode(serializer, elements, count, SerializerKind.Json, json));
        Assert.Equal("[1.0,2.0,3]"u8, json.Written);
    }

    [Theory, MemberData(nameof(Serializers))]
    public void RecordsGoByAContractGivenWithThem(SerializerKind serializer)
    {
        var reading = new Reading("d1", 1.0, [0, 255], Error: 2.0, More: new byte[] { 7 });
        var elements = PayloadWriter.Write(
            new WampArguments { { reading, ReadingContracts.Default.Reading } }, serializer, JsonContracts.Default, out var count);
        var payload = new ReceivedPayload(serializer, elements, count, JsonContracts.Default);

        Assert.Equal("""[{"device":"d1","value":1.0,"raw":"\u0000AP8=","error":2.0,"more":"\u0000Bw=="}]""", payload.Arguments.ToString());
        var back = payload.Arguments.Get(0, ReadingContracts.Default.Reading)!;
        Assert.Equal((reading.Device, reading.Value, reading.Error), (back.Device, back.Value, back.Error));
        Assert.Equal(reading.Raw, back.Raw);
        Assert.Equal(reading.More.ToArray(), back.More.ToArray());
    }

    [Theory, MemberData(nameof(Serializers))]
    public void RecordsGoByTheContractsOfTheOptions(SerializerKind serializer)
    {
        var contracts = JsonContracts.Of(ReadingContracts.Default.Options);
        var elements = PayloadWriter.Write([new Reading("d1", 2.0, [1])], serializer, contracts, out var count);
        var payload = new ReceivedPayload(serializer, elements, count, contracts);

        Assert.Equal([1], payload.Arguments.Get<Reading>(0)!.Raw);
        Assert.Contains("\"device\"", payload.Arguments.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AnonymousTypesGoByReflectionWhereThatIsAskedFor()
    {
        var contracts = JsonContracts.Of(new JsonSerializerOptions { TypeInfoResolver = new DefaultJsonTypeInfoResolver() });
        var elements = PayloadWriter.Write([new { A = 1.0, B = new byte[] { 1 } }], SerializerKind.Json, contracts, out _);

        Assert.Equal("""[{"A":1.0,"B":"\u0000AQ=="}]"""u8, elements);
    }

    [Fact]
    public void ATypeWithoutAContractSaysWhatToDo()
    {
        var exception = Assert.Throws<NotSupportedException>(
            () => PayloadWriter.Write([new Version(1, 2)], SerializerKind.Json, JsonContracts.Default, out _));
        Assert.Contains("[JsonSerializable(typeof(Version))]", exception.Message, StringComparison.Ordinal);
    }

    [Theory, Trait("wamp", "SER-10"), MemberData(nameof(Serializers))]
    public void WhatHasNoFormIsRefusedWhenSent(SerializerKind serializer)
    {
        Refused([double.NaN], "NaN");
        Refused([float.PositiveInfinity], "infinities");
        Refused(["\0text"], "byte array");

        void Refused(WampArguments arguments, string because)
        {
            var exception = Assert.Throws<WampArgumentException>(() => PayloadWriter.Write(arguments, serializer, JsonContracts.Default, out _));
            Assert.Equal("wamp.error.invalid_argument", exception.Uri);
            Assert.Contains(because, exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AFailedWriteLeavesNothingBehind()
    {
        Assert.Throws<WampArgumentException>(() => PayloadWriter.Write(["a", double.NaN], SerializerKind.Json, JsonContracts.Default, out _));
        Assert.Equal("[1]"u8, PayloadWriter.Write([1], SerializerKind.Json, JsonContracts.Default, out _));
    }

    [Fact]
    public void BinaryIsNoTextAndTextNoBinary()
    {
        var payload = new ReceivedPayload(SerializerKind.Json, """["\u0000AQ==","AQ==",null]"""u8.ToArray(), 1, JsonContracts.Default);

        Assert.Equal([1], payload.Arguments.Get<byte[]>(0)!);
        Assert.Throws<WampArgumentException>(() => payload.Arguments.Get<string>(0));
        Assert.Throws<WampArgumentException>(() => payload.Arguments.Get<byte[]>(1));
        Assert.Equal("AQ==", payload.Arguments.Get<string>(1));
        Assert.Null(payload.Arguments.Get<byte[]>(2));
    }

    [Fact]
    public void WhatIsNotThereOrOfAnotherTypeIsAnInvalidArgument()
    {
        var payload = new ReceivedPayload(SerializerKind.Json, """["x"],{"k":"v","k":2}"""u8.ToArray(), 2, JsonContracts.Default);

        Assert.Throws<WampArgumentException>(() => payload.Arguments.Get<int>(0));
        Assert.Throws<WampArgumentException>(() => payload.Arguments.Get<int>(1));
        Assert.Throws<WampArgumentException>(() => payload.Arguments.Get<int>(-1));
        Assert.Throws<WampArgumentException>(() => payload.ArgumentsKw.Get<int>("other"));
        Assert.False(payload.ArgumentsKw.TryGet<int>("other", out _));
        Assert.True(payload.ArgumentsKw.TryGet<int>("k", out var value));
        Assert.Equal(2, value);
        Assert.Equal(["k"], payload.ArgumentsKw.Keys);
    }

    [Fact]
    public void AKeywordIsGivenOnce() => Assert.Throws<ArgumentException>(() => new WampArguments { { "k", 1 }, { "k", 2 } });

    private static T RoundTrip<T>(SerializerKind serializer, T value)
    {
        var elements = PayloadWriter.Write(new WampArguments().Add(value).Add("k", value), serializer, JsonContracts.Default, out var count);
        var payload = new ReceivedPayload(serializer, new Payload(elements, count), JsonContracts.Default);
        Assert.Equal(1, payload.Arguments.Count);
        Assert.Equal(payload.Arguments.Get<T>(0), payload.ArgumentsKw.Get<T>("k"), Same<T>());
        return payload.Arguments.Get<T>(0)!;
    }

    private static void Check<T>(SerializerKind serializer, T value) => Assert.Equal(value, RoundTrip(serializer, value), Same<T>());

    private static Func<T?, T?, bool> Same<T>() => (a, b) => (a, b) switch
    {
        (ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span),
        (Memory<byte> x, Memory<byte> y) => x.Span.SequenceEqual(y.Span),
        (Array x, Array y) => x.Cast<object>().SequenceEqual(y.Cast<object>()),
        _ => Equals(a, b),
    };
}
