using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Broker.Peers;
using Broker.Serialization;
using static Broker.Transports.FrameFeed;

namespace Broker.Transports;

/// <summary>Batches taken apart (WAMP specification, "Message Batching"); every stream in every split.</summary>
public class BatchedFrameReaderTests
{
    private const int Limit = 70_000;

    public static TheoryData<SerializerKind> Serializers => [.. Enum.GetValues<SerializerKind>()];

    public static MatrixTheoryData<SerializerKind, int> SerializersAndSizes { get; } =
        new(Enum.GetValues<SerializerKind>(), [1, 117, 126, 1000, 4090, 5000, 65_536]);

    [Theory, MemberData(nameof(Serializers)), Trait("wamp", "BAT-06")]
    public void The_messages_of_a_batch_arrive_one_by_one_in_order(SerializerKind serializer) =>
        ExpectEverySplit(
            () => Reader(serializer),
            ClientFrames.Join(Frame(serializer, "one", "two", "three"), Frame(serializer, "four"), Frame(serializer, "five", "six")),
            [.. new[] { "one", "two", "three", "four", "five", "six" }.Select(Message)]);

    [Theory, MemberData(nameof(SerializersAndSizes)), Trait("wamp", "BAT-02"), Trait("wamp", "BAT-03")]
    public void Messages_of_any_size_arrive_beside_others(SerializerKind serializer, int size)
    {
        var big = new string('*', size);

        ExpectEverySplit(() => Reader(serializer), Frame(serializer, "before", big, "behind"), Message("before"), Message(big), Message("behind"));
    }

    [Theory, MemberData(nameof(Serializers)), Trait("wamp", "BAT-06")]
    public void A_batch_may_come_in_fragments_with_pings_between_them(SerializerKind serializer)
    {
        var batch = Bytes(serializer, "one", "two");
        var opcode = serializer == SerializerKind.Json ? WebSocketOpcode.Text : WebSocketOpcode.Binary;

        ExpectEverySplit(
            () => Reader(serializer),
            ClientFrames.Join(
                ClientFrames.Start(opcode, batch.AsSpan(0, 2)),
                ClientFrames.Ping("p"u8),
                ClientFrames.Middle(batch.AsSpan(2)),
                ClientFrames.Last([]),
                Frame(serializer, "three")),
            PingOf("p"u8),
            Message("one"),
            Message("two"),
            Message("three"));
    }

    [Theory, MemberData(nameof(Serializers))]
    public void Control_frames_and_the_close_behind_a_batch_arrive_behind_its_messages(SerializerKind serializer) =>
        ExpectEverySplit(
            () => Reader(serializer),
            ClientFrames.Join(Frame(serializer, "one", "two"), ClientFrames.Ping("p"u8), Frame(serializer, "three", "four"), ClientFrames.Close(1000, "bye"u8)),
            Message("one"),
            Message("two"),
            PingOf("p"u8),
            Message("three"),
            Message("four"),
            CloseOf(1000, "bye"));

    [Theory, MemberData(nameof(Serializers)), Trait("wamp", "BAT-04")]
    public void A_batch_without_a_message_is_refused(SerializerKind serializer) =>
        ExpectEverySplit(
            () => Reader(serializer), ClientFrames.Join(Frame(serializer, "one"), WebSocketFrame(serializer, [])), Message("one"), "BrokenMessage 1002");

    [Theory, MemberData(nameof(Serializers)), Trait("wamp", "BAT-05")]
    public void A_broken_batch_is_refused_behind_the_messages_that_come_before_the_fault(SerializerKind serializer)
    {
        byte[] broken = serializer == SerializerKind.Json ? [(byte)'x'] : [0, 0, 0, 2, (byte)'x'];

        ExpectEverySplit(() => Reader(serializer), ClientFrames.Join(WebSocketFrame(serializer, broken), Frame(serializer, "late")), "BrokenMessage 1002");
        ExpectEverySplit(
            () => Reader(serializer),
            ClientFrames.Join(WebSocketFrame(serializer, [.. Bytes(serializer, "one", "two"), .. broken]), Frame(serializer, "late")),
            Message("one"),
            Message("two"),
            "BrokenMessage 1002");
    }

    [Fact, Trait("wamp", "BAT-05")]
    public void Batches_are_text_in_JSON_and_binary_otherwise()
    {
        ExpectEverySplit(() => Reader(SerializerKind.Json), ClientFrames.Binary(Bytes(SerializerKind.Json, "m")), "BrokenMessage 1002");
        ExpectEverySplit(() => Reader(SerializerKind.Cbor), ClientFrames.Text(Bytes(SerializerKind.Cbor, "m")), "BrokenMessage 1002");
    }

    [Theory, MemberData(nameof(Serializers)), Trait("wamp", "WS-08")]
    public void A_batch_over_the_limit_is_refused_as_soon_as_its_length_is_known(SerializerKind serializer)
    {
        var opcode = serializer == SerializerKind.Json ? WebSocketOpcode.Text : WebSocketOpcode.Binary;

        ExpectEverySplit(() => Reader(serializer), ClientFrames.Header(opcode, fin: true, 0, Limit + 5, [1, 2, 3, 4])[..^4], Violation(1009));
    }

    [Theory, MemberData(nameof(Serializers))]
    public void What_is_left_of_a_batch_outlives_the_pipes_memory_and_is_given_back_at_its_end(SerializerKind serializer)
    {
        using var reader = Reader(serializer);
        var bytes = Frame(serializer, "one", "two", "three");
        var buffer = new ReadOnlySequence<byte>(bytes);

        Assert.Equal(FrameKind.Message, reader.Read(ref buffer, out var message));
        Assert.Equal("one"u8, message);
        Assert.True(message.Overlaps(bytes));
        var left = buffer.ToArray();
        Assert.Single(left); // so that the pipe does not wait for more
        Array.Clear(bytes);
        buffer = new ReadOnlySequence<byte>(left);
        Assert.Equal(FrameKind.Message, reader.Read(ref buffer, out message));
        Assert.Equal("two"u8, message);
        Assert.NotEqual(0, reader.HeldBytes);
        Assert.Equal(FrameKind.Message, reader.Read(ref buffer, out message));
        Assert.Equal("three"u8, message);
        Assert.True(buffer.IsEmpty);

        Assert.Equal(FrameKind.NeedMore, reader.Read(ref buffer, out _));
        Assert.Equal(0, reader.HeldBytes);
    }

    [Theory, MemberData(nameof(Serializers))]
    public void A_batch_of_one_is_returned_where_it_lies(SerializerKind serializer)
    {
        using var reader = Reader(serializer);
        var bytes = Frame(serializer, "message");
        var buffer = new ReadOnlySequence<byte>(bytes);

        Assert.Equal(FrameKind.Message, reader.Read(ref buffer, out var message));

        Assert.True(message.Overlaps(bytes));
        Assert.Equal(0, reader.HeldBytes);
    }

    [Theory, MemberData(nameof(Serializers))]
    public async Task A_pipe_does_not_wait_for_more_while_messages_of_a_batch_are_left(SerializerKind serializer)
    {
        foreach (var size in new[] { 5, 5000 }) // read where it lies, and put together
        {
            using var reader = Reader(serializer);
            var pipe = new Pipe();
            await pipe.Writer.WriteAsync(Frame(serializer, new string('a', size), "b", "c"), TestContext.Current.CancellationToken);
            var messages = new List<int>();
            while (messages.Count < 3)
            {
                Assert.True(pipe.Reader.TryRead(out var result));
                messages.Add(ReadOne(reader, result, out var consumed));
                pipe.Reader.AdvanceTo(consumed, consumed); // as after a turn that ends here
            }

            Assert.Equal([size, 1, 1], messages);
            Assert.False(pipe.Reader.TryRead(out _));
        }
    }

    private static int ReadOne(IFrameReader reader, in ReadResult result, out SequencePosition consumed)
    {
        var buffer = result.Buffer;
        Assert.Equal(FrameKind.Message, reader.Read(ref buffer, out var message));
        consumed = buffer.Start;
        return message.Length;
    }

    private static BatchedFrameReader Reader(SerializerKind serializer)
    {
        var framing = new BatchFraming(serializer);
        return new BatchedFrameReader(new WebSocketFrameReader(serializer == SerializerKind.Json, Limit + framing.Overhead), framing);
    }

    private static byte[] Bytes(SerializerKind serializer, params string[] messages) => Batch.Of(serializer, messages.Select(Encoding.UTF8.GetBytes));

    private static byte[] Frame(SerializerKind serializer, params string[] messages) => WebSocketFrame(serializer, Bytes(serializer, messages));

    private static byte[] WebSocketFrame(SerializerKind serializer, byte[] payload) =>
        serializer == SerializerKind.Json ? ClientFrames.Text(payload) : ClientFrames.Binary(payload);
}
