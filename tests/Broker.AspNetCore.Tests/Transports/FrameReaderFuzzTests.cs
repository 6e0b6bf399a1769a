using System.Buffers;
using Broker.Peers;
using Broker.Serialization;
using static Broker.Transports.FrameFeed;

namespace Broker.Transports;

/// <summary>Random and damaged input: no exception, no endless loop, and the same outcome in one piece as in random parts.</summary>
public class FrameReaderFuzzTests
{
    private static readonly Func<IFrameReader>[] Readers =
    [
        () => new WebSocketFrameReader(text: true, 6000),
        () => new WebSocketFrameReader(text: false, 6000),
        () => BatchedReader(SerializerKind.Json),
        () => BatchedReader(SerializerKind.Cbor),
        () => new RawSocketFrameReader(text: true, 8192),
        () => new RawSocketFrameReader(text: false, 8192),
    ];

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void Random_bytes_never_break_a_reader(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 2000; round++)
        {
            ExpectSameInParts(random, RandomBytes(random, random.Next(0, 300)));
        }
    }

    [Theory, InlineData(4), InlineData(5), InlineData(6)]
    public void Damaged_frames_never_break_a_reader(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 1000; round++)
        {
            var stream = RandomStream(random);
            for (var damage = random.Next(0, 4); damage > 0 && stream.Length > 0; damage--)
            {
                stream[random.Next(stream.Length)] = (byte)random.Next(256);
            }

            ExpectSameInParts(random, stream[..random.Next(stream.Length + 1)]);
        }
    }

    [Fact]
    public void Masks_agree_with_the_definition_at_every_length_and_offset()
    {
        var random = new Random(8);
        byte[] mask = [0x11, 0x22, 0x44, 0x88];
        var key = BitConverter.ToUInt32(mask);
        for (var length = 0; length < 200; length++)
        {
            var data = RandomBytes(random, length);
            var expected = data.Select((octet, i) => (byte)(octet ^ mask[i % 4])).ToArray();
            var split = random.Next(length + 1);
            FrameMask.Apply(data.AsSpan(0, split), key);
            FrameMask.Apply(data.AsSpan(split), FrameMask.Rotate(key, split));
            Assert.Equal(expected, data);
        }
    }

    private static BatchedFrameReader BatchedReader(SerializerKind serializer) =>
        new(new WebSocketFrameReader(serializer == SerializerKind.Json, 6000), new BatchFraming(serializer));

    private static void ExpectSameInParts(Random random, byte[] stream)
    {
        foreach (var create in Readers)
        {
            var whole = Read(create, [stream], Segments.One);
            var parts = Read(create, Parts(random, stream), bytes => RandomSegments(random, bytes));
            Assert.Equal(whole, parts);
        }
    }

    private static List<byte[]> Parts(Random random, ReadOnlySpan<byte> stream)
    {
        var parts = new List<byte[]>();
        while (!stream.IsEmpty)
        {
            var count = random.Next(Math.Min(stream.Length, random.Next(2) == 0 ? 20 : 5000) + 1);
            parts.Add(stream[..count].ToArray());
            stream = stream[count..];
        }

        return parts;
    }

    private static ReadOnlySequence<byte> RandomSegments(Random random, ReadOnlySpan<byte> bytes) =>
        Segments.Of([.. Parts(random, bytes)]);

    private static byte[] RandomStream(Random random)
    {
        var stream = new List<byte>();
        for (var frames = random.Next(1, 8); frames > 0; frames--)
        {
            var size = random.Next(10) == 0 ? random.Next(7000) : random.Next(200);
            var payload = new byte[size];
            payload.AsSpan().Fill((byte)random.Next(0x20, 0x7F));
            for (var messages = random.Next(4); messages > 0 && size > 0; messages--)
            {
                payload[random.Next(size)] = Batch.Separator;
                Batch.Length(random.Next(size)).AsSpan(0, Math.Min(size, 4)).CopyTo(payload.AsSpan(random.Next(Math.Max(size - 3, 1))));
            }

            var opcode = (byte)(random.Next(6) switch { 0 => 0, 1 => 9, 2 => 10, 3 => 2, _ => 1 });
            stream.AddRange(random.Next(4) == 0
                ? FrameReaderMemoryTests.RawFrame(random.Next(3), payload)
                : ClientFrames.Frame(opcode, fin: random.Next(3) != 0, rsv: 0, payload, RandomBytes(random, 4)));
        }

        return [.. stream];
    }

    private static byte[] RandomBytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
