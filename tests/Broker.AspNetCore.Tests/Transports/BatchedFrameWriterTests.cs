using System.Buffers;
using System.IO.Pipelines;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Transports;

/// <summary>Batches put together in a pipe.</summary>
public class BatchedFrameWriterTests
{
    public static TheoryData<SerializerKind> Serializers => [.. Enum.GetValues<SerializerKind>()];

    [Theory, MemberData(nameof(Serializers)), Trait("wamp", "BAT-04")]
    public void One_message_is_a_batch_of_one_and_its_header_is_as_short_as_can_be(SerializerKind serializer)
    {
        for (var length = 1; length < 300; length++)
        {
            var frame = Assert.Single(Write(serializer, (writer, output) => writer.Write(output, OutboundFrame.Message, Message(length, 'm'))));

            Assert.Equal(Frame(serializer, [Message(length, 'm')]), frame);
        }
    }

    [Theory, MemberData(nameof(Serializers)), Trait("wamp", "BAT-06")]
    public void Messages_that_leave_together_are_one_batch(SerializerKind serializer)
    {
        byte[][] messages = [.. Enumerable.Range(1, 30).Select(i => Message(i, (char)('A' + i)))];

        var frames = Write(serializer, (writer, output) =>
        {
            foreach (var message in messages)
            {
                writer.Write(output, OutboundFrame.Message, message);
            }
        });

        Assert.Equal(Frame(serializer, messages), Assert.Single(frames));
    }

    [Theory, MemberData(nameof(Serializers)), Trait("wamp", "BAT-06")]
    public void More_than_fits_a_block_of_the_pipe_leaves_in_several_batches_in_order(SerializerKind serializer)
    {
        var random = new Random(1);
        byte[][] messages = [.. Enumerable.Range(0, 2000).Select(i => Message(random.Next(1, i % 50 == 0 ? 4097 : 200), (char)('A' + (i % 26))))];

        var written = 0;
        var frames = Write(serializer, (writer, output) =>
        {
            for (var i = 0; i < messages.Length; i++)
            {
                written += writer.Write(output, OutboundFrame.Message, messages[i]);
                if (random.Next(100) == 0)
                {
                    writer.EndBatch(output);
                }
            }
        });

        Assert.Equal(messages, frames.SelectMany(frame => Batch.Split(serializer, Payload(frame))));
        Assert.InRange(frames.Count, 2, messages.Length / 5);
        Assert.InRange(frames.Sum(frame => frame.Length), written - (2 * frames.Count), written);
    }

    [Theory, MemberData(nameof(Serializers))]
    public void A_control_frame_ends_the_batch_before_it(SerializerKind serializer)
    {
        var frames = Write(serializer, (writer, output) =>
        {
            writer.Write(output, OutboundFrame.Message, "one"u8);
            writer.Write(output, OutboundFrame.Message, "two"u8);
            writer.Write(output, OutboundFrame.Pong, "pong"u8);
            writer.Write(output, OutboundFrame.Message, "three"u8);
        });

        Assert.Equal([Frame(serializer, ["one"u8.ToArray(), "two"u8.ToArray()]), [0x8A, 4, .. "pong"u8], Frame(serializer, ["three"u8.ToArray()])], frames);
    }

    [Theory, MemberData(nameof(Serializers)), Trait("wamp", "BAT-04")]
    public void A_message_written_piece_by_piece_is_a_batch_of_one(SerializerKind serializer)
    {
        foreach (var length in new[] { 5000, 65_531, 65_536, 100_000 })
        {
            var frame = Assert.Single(Write(serializer, (writer, output) =>
            {
                output.Advance(writer.WriteHeader(output.GetSpan(FrameWriter.MaxHeaderLength), OutboundFrame.Message, length));
                output.Write(Message(length, 'm'));
                output.Advance(writer.WriteTrailer(output.GetSpan(1), OutboundFrame.Message));
            }));

            Assert.Equal(Frame(serializer, [Message(length, 'm')]), frame);
        }
    }

    private static byte[] Message(int length, char letter) => [.. Enumerable.Repeat((byte)letter, length)];

    /// <summary>A server's frame with the fewest octets for its length.</summary>
    private static byte[] Frame(SerializerKind serializer, params byte[][] messages)
    {
        var batch = Batch.Of(serializer, messages);
        return ClientFrames.Frame(serializer == SerializerKind.Json ? WebSocketOpcode.Text : WebSocketOpcode.Binary, fin: true, rsv: 0, batch, mask: null);
    }

    private static byte[] Payload(byte[] frame) => frame[(frame[1] switch { 126 => 4, 127 => 10, _ => 2 })..];

    /// <summary>What comes out of the pipe behind the flush, frame by frame.</summary>
    private static List<byte[]> Write(SerializerKind serializer, Action<BatchedFrameWriter, PipeWriter> write)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
        var frame = serializer == SerializerKind.Json ? WebSocketFrameWriter.Text : WebSocketFrameWriter.Binary;
        var writer = new BatchedFrameWriter(frame, new BatchFraming(serializer));
        write(writer, pipe.Writer);
        writer.EndBatch(pipe.Writer);
        pipe.Writer.Complete();
        Assert.True(pipe.Reader.TryRead(out var result));
        var rest = result.Buffer.ToArray().AsSpan();
        var frames = new List<byte[]>();
        while (!rest.IsEmpty)
        {
            var length = rest[1] switch
            {
                126 => 4 + System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(rest[2..]),
                127 => 10 + (int)System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(rest[2..]),
                var small => 2 + small,
            };
            frames.Add(rest[..length].ToArray());
            rest = rest[length..];
        }

        return frames;
    }
}
