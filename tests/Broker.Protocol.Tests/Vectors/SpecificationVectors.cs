using System.Text.Json;
using Broker.Messages;
using Broker.Serialization;

namespace Broker.Vectors;

/// <summary>The specification's single-message test vectors, over JSON, MessagePack and CBOR.</summary>
public sealed class SpecificationVectors
{
    private const int EventReceived = 337;
    private static readonly SerializerKind[] Serializers = [SerializerKind.Json, SerializerKind.MessagePack, SerializerKind.Cbor];

    [Fact]
    public void The_vectors_are_those_that_this_runner_was_written_for()
    {
        VectorFolder.Require();
        var bytes = VectorSamples.All.Where(sample => !sample.IsValidation).ToList();
        var validations = VectorSamples.All.Where(sample => sample.IsValidation).ToList();
        Assert.Equal(26, VectorSamples.All.Select(sample => sample.File).Distinct().Count());
        Assert.Equal((35, 67), (bytes.Count, validations.Count));
        Assert.Equal(28, validations.Count(sample => sample.Json.TryGetProperty("expected_error", out _)));
        Assert.Equal([59, 35, 35], Serializers.Select(serializer => bytes.Sum(sample => sample.Variants(serializer).Count)));
        Assert.Equal((7, 21), (bytes.Count(sample => sample.IsAutobahns), validations.Count(sample => sample.IsAutobahns)));
        Assert.Equal((129, 105, 210, 201), (VectorSamples.OfVariants.Count(), VectorSamples.OfBytes.Count(), VectorSamples.OfPairs.Count(), VectorSamples.OfValidation.Count()));
    }

    [Theory, MemberData(nameof(VectorSamples.OfVariants), MemberType = typeof(VectorSamples))]
    public void T1_Bytes_are_parsed_to_the_attributes_expected(string file, int index, SerializerKind serializer, int variant)
    {
        var sample = VectorSamples.Get(file, index);
        var bytes = sample.Variants(serializer)[variant];
        var message = VectorMessage.Parse(serializer, bytes, sample.Dialect);
        if ((int)message.Type == EventReceived)
        {
            Assert.True(message.IsExtension);
            Assert.Equal(ExpectedEventReceived(sample), ValueTree.Describe(ValueTree.Decode(serializer, bytes)));
            return;
        }

        VectorMessage.AssertMatches(sample.Expected, serializer, message);
    }

    [Theory, MemberData(nameof(VectorSamples.OfBytes), MemberType = typeof(VectorSamples))]
    public void T2_A_message_of_these_attributes_is_encoded_to_one_of_the_variants(string file, int index, SerializerKind serializer)
    {
        var sample = VectorSamples.Get(file, index);
        if (sample.Expected.GetProperty("message_type").GetInt32() == EventReceived)
        {
            var tree = ValueTree.Parse($"[337,{sample.Expected.GetProperty("publication_id")}]");
            Assert.Contains(ValueTree.Encode(serializer, tree), sample.Variants(serializer));
            return;
        }

        // The attributes of this one sample list the keys of Details in another order than its bytes.
        object? dictOnTheWire = null;
        if ((file, index) == ("event.json", 3))
        {
            var json = sample.Variants(SerializerKind.Json)[0];
            dictOnTheWire = ValueTree.Decode(SerializerKind.Json, VectorMessage.Parse(SerializerKind.Json, json, sample.Dialect).Dict);
        }

        Assert.Contains(VectorMessage.Build(sample.Expected, serializer, dictOnTheWire), sample.Variants(serializer));
    }

    [Theory, MemberData(nameof(VectorSamples.OfVariants), MemberType = typeof(VectorSamples))]
    public void T3_Bytes_parsed_and_encoded_again_are_one_of_the_variants(string file, int index, SerializerKind serializer, int variant)
    {
        var sample = VectorSamples.Get(file, index);
        var bytes = sample.Variants(serializer)[variant];
        if (IsEventReceived(sample))
        {
            Assert.Contains(ValueTree.Encode(serializer, ValueTree.Decode(serializer, bytes)), sample.Variants(serializer));
            return;
        }

        var message = VectorMessage.Parse(serializer, bytes, sample.Dialect);
        var encoded = VectorMessage.Encode(serializer, message, serializer);

        // Options and payload are spliced as they came, so white space inside of them stays: only JSON has any.
        var compact = serializer == SerializerKind.Json ? ValueTree.Encode(serializer, ValueTree.Decode(serializer, encoded)) : encoded;
        Assert.Contains(compact, sample.Variants(serializer));
        Assert.Equal(
            VectorMessage.Describe(serializer, message),
            VectorMessage.Describe(serializer, VectorMessage.Parse(serializer, encoded, sample.Dialect)));
    }

    [Theory, MemberData(nameof(VectorSamples.OfPairs), MemberType = typeof(VectorSamples))]
    public void T4_Bytes_of_one_serializer_become_a_variant_of_another(string file, int index, SerializerKind from, SerializerKind to)
    {
        var sample = VectorSamples.Get(file, index);
        var bytes = sample.Variants(from)[^1];
        if (IsEventReceived(sample))
        {
            Assert.Contains(ValueTree.Encode(to, ValueTree.Decode(from, bytes)), sample.Variants(to));
            return;
        }

        var message = VectorMessage.Parse(from, bytes, sample.Dialect);
        var encoded = VectorMessage.Encode(from, message, to);
        Assert.Contains(encoded, sample.Variants(to));
        Assert.Equal(VectorMessage.Describe(from, message), VectorMessage.Describe(to, VectorMessage.Parse(to, encoded, sample.Dialect)));
    }

    [Theory, MemberData(nameof(VectorSamples.OfBytes), MemberType = typeof(VectorSamples))]
    public void T5_All_variants_of_all_serializers_are_the_same_message(string file, int index, SerializerKind serializer)
    {
        var sample = VectorSamples.Get(file, index);
        var reference = Text(sample, SerializerKind.Json, sample.Variants(SerializerKind.Json)[0]);
        Assert.All(sample.Variants(serializer), bytes => Assert.Equal(reference, Text(sample, serializer, bytes)));
    }

    [Theory, MemberData(nameof(VectorSamples.OfValidation), MemberType = typeof(VectorSamples))]
    public void T6_Messages_are_accepted_or_refused_naming_the_option(string file, int index, SerializerKind serializer)
    {
        var sample = VectorSamples.Get(file, index);
        var bytes = ValueTree.Encode(serializer, ValueTree.FromJson(sample.Json.GetProperty("wmsg")));
        if (!sample.Json.TryGetProperty("expected_error", out var error))
        {
            Assert.Equal(sample.Json.GetProperty("wmsg")[0].GetInt32(), (int)VectorMessage.Parse(serializer, bytes, sample.Dialect).Type);
            return;
        }

        Assert.Equal("protocol_violation", error.GetProperty("type").GetString());
        var exception = Assert.Throws<WampProtocolException>(() => { VectorMessage.Parse(serializer, bytes, sample.Dialect); });
        Assert.Contains(error.GetProperty("contains").GetString()!, exception.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(VectorSamples.OfBytes), MemberType = typeof(VectorSamples))]
    public void A_payload_in_the_place_of_Arguments_is_refused_in_the_dialect_of_the_specification(string file, int index, SerializerKind serializer)
    {
        var sample = VectorSamples.Get(file, index);
        var bytes = sample.Variants(serializer)[0];
        if (sample.Expected.TryGetProperty("payload", out var payload) && payload.ValueKind == JsonValueKind.String)
        {
            Assert.Throws<WampProtocolException>(() => { VectorMessage.Parse(serializer, bytes, MessageDialect.Specification); });
            return;
        }

        Assert.Equal(sample.Expected.GetProperty("message_type").GetInt32(), (int)VectorMessage.Parse(serializer, bytes, MessageDialect.Specification).Type);
    }

    private static bool IsEventReceived(VectorSample sample) => sample.Expected.GetProperty("message_type").GetInt32() == EventReceived;

    private static string ExpectedEventReceived(VectorSample sample) => $"[{EventReceived}, {sample.Expected.GetProperty("publication_id")}]";

    private static string Text(VectorSample sample, SerializerKind serializer, byte[] bytes) =>
        IsEventReceived(sample)
            ? ValueTree.Describe(ValueTree.Decode(serializer, bytes))
            : VectorMessage.Describe(serializer, VectorMessage.Parse(serializer, bytes, sample.Dialect));
}
