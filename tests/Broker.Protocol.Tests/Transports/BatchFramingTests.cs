using System.Text;
using Broker.Serialization;

namespace Broker.Transports;

/// <summary>WAMP specification, "Message Batching".</summary>
public class BatchFramingTests
{
    private const byte Rs = 0x1E;
    private const byte Can = 0x18;

    [Fact, Trait("wamp", "BAT-02")]
    public void Each_JSON_message_is_followed_by_0x1E() =>
        Assert.Equal([(byte)'[', (byte)'1', (byte)']', Rs, (byte)'2', Rs], Write(SerializerKind.Json, "[1]", "2"));

    [Theory, Trait("wamp", "BAT-03"), InlineData(SerializerKind.MessagePack), InlineData(SerializerKind.Cbor)]
    public void Each_other_message_is_preceded_by_its_length_in_four_octets(SerializerKind serializer)
    {
        var message = new string('m', 259);

        Assert.Equal([0, 0, 1, 3, .. Encoding.ASCII.GetBytes(message), 0, 0, 0, 1, (byte)'n'], Write(serializer, message, "n"));
    }

    [Theory, Trait("wamp", "BAT-02"), Trait("wamp", "BAT-03"), InlineData(SerializerKind.Json), InlineData(SerializerKind.MessagePack), InlineData(SerializerKind.Cbor)]
    public void What_is_written_is_read(SerializerKind serializer)
    {
        string[] messages = ["first", "", new('x', 100_000), "last"];

        Assert.Equal(messages, Read(new BatchFraming(serializer), Write(serializer, messages), out var violation));
        Assert.Null(violation);
    }

    [Fact, Trait("wamp", "BAT-02")]
    public void Separators_as_Autobahn_sends_them_are_understood_and_used_towards_it()
    {
        var framing = new BatchFraming(SerializerKind.Json);

        Assert.Equal(["a", "b", "c"], Read(framing, [(byte)'a', Can, (byte)'b', Rs, (byte)'c', Can], out _));
        Assert.Equal([(byte)'d', Can], Write(framing, "d"));

        Assert.Equal(["e"], Read(framing, [(byte)'e', Rs], out _));
        Assert.Equal([(byte)'f', Rs], Write(framing, "f"));
    }

    [Theory, Trait("wamp", "BAT-04"), InlineData(SerializerKind.Json), InlineData(SerializerKind.MessagePack), InlineData(SerializerKind.Cbor)]
    public void A_batch_of_no_message_is_a_violation(SerializerKind serializer)
    {
        Assert.Empty(Read(new BatchFraming(serializer), [], out var violation));
        Assert.Equal("A batch holds no message.", violation);
    }

    [Fact, Trait("wamp", "BAT-05")]
    public void A_missing_separator_behind_the_last_JSON_message_is_a_violation()
    {
        Assert.Equal(["a"], Read(new BatchFraming(SerializerKind.Json), [(byte)'a', Rs, (byte)'b'], out var violation));
        Assert.Contains("0x1E", violation, StringComparison.Ordinal);
    }

    [Theory, Trait("wamp", "BAT-05")]
    [InlineData("00"), InlineData("000000")] // cut within a length
    [InlineData("0000000261"), InlineData("00000001"), InlineData("8000000161"), InlineData("FFFFFFFF61")] // beyond the end
    public void A_length_beyond_the_end_of_the_batch_is_a_violation(string hex)
    {
        foreach (var serializer in new[] { SerializerKind.MessagePack, SerializerKind.Cbor })
        {
            Assert.Equal(["good"], Read(new BatchFraming(serializer), [.. Write(serializer, "good"), .. Convert.FromHexString(hex)], out var violation));
            Assert.EndsWith(".", violation);
        }
    }

    private static byte[] Write(SerializerKind serializer, params string[] messages) => Write(new BatchFraming(serializer), messages);

    private static byte[] Write(BatchFraming framing, params string[] messages)
    {
        var batch = new List<byte>();
        foreach (var message in messages)
        {
            var room = new byte[framing.Overhead];
            Assert.Equal(framing.HeaderLength, framing.WriteHeader(room, message.Length));
            Assert.Equal(framing.TrailerLength, framing.WriteTrailer(room.AsSpan(framing.HeaderLength)));
            batch.AddRange([.. room.AsSpan(0, framing.HeaderLength), .. Encoding.ASCII.GetBytes(message), .. room.AsSpan(framing.HeaderLength)]);
        }

        return [.. batch];
    }

    private static List<string> Read(BatchFraming framing, ReadOnlySpan<byte> batch, out string? violation)
    {
        var messages = new List<string>();
        do
        {
            if (!framing.TryTake(ref batch, out var message, out violation))
            {
                return messages;
            }

            messages.Add(Encoding.ASCII.GetString(message));
        }
        while (!batch.IsEmpty);

        return messages;
    }
}
