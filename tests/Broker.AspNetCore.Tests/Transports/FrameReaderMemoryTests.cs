using System.Buffers;
using System.IO.Pipelines;

namespace Broker.Transports;

/// <summary>What the readers hold, copy and allocate.</summary>
public class FrameReaderMemoryTests
{
    [Fact]
    public void Small_complete_frames_cost_no_allocation()
    {
        byte[] frames = [.. Enumerable.Repeat(ClientFrames.Text(new string('x', 128)), 1000).SelectMany(frame => frame)];
        byte[] raw = [.. Enumerable.Repeat(RawFrame(0, new byte[128]), 1000).SelectMany(frame => frame)];
        using var webSocket = new WebSocketFrameReader(text: true, 1 << 20);
        using var rawSocket = new RawSocketFrameReader(text: true, 1 << 20);
        Assert.Equal(1000, CountMessages(webSocket, [.. frames], out _));
        Assert.Equal(1000, CountMessages(rawSocket, [.. raw], out _));

        byte[] again = [.. frames];
        Assert.Equal(1000, CountMessages(webSocket, again, out var allocated));
        Assert.Equal(0, allocated);
        Assert.Equal(1000, CountMessages(rawSocket, raw, out allocated));
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void A_complete_frame_is_returned_where_it_lies()
    {
        var bytes = ClientFrames.Binary("payload"u8);
        var buffer = new ReadOnlySequence<byte>(bytes);
        using var reader = new WebSocketFrameReader(text: false, 100);
        Assert.Equal(FrameKind.Message, reader.Read(ref buffer, out var payload));
        Assert.True(payload.Overlaps(bytes, out var offset));
        Assert.Equal(-6, offset);
        Assert.Equal(0, reader.HeldBytes);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void A_promised_length_allocates_nothing_until_bytes_arrive(bool webSocket)
    {
        const int Promised = 1 << 24;
        using IFrameReader reader = Create(webSocket, Promised);
        byte[] header = webSocket
            ? ClientFrames.Header(WebSocketOpcode.Binary, true, 0, Promised, [1, 2, 3, 4])
            : [0x08, 0, 0, 0];
        var buffer = Segments.One(header);
        Assert.Equal(FrameKind.NeedMore, reader.Read(ref buffer, out _));
        Assert.True(buffer.IsEmpty);
        Assert.Equal(0, reader.HeldBytes);

        var arrived = 0;
        while (arrived < 100_000)
        {
            buffer = Segments.One(new byte[1000]);
            Assert.Equal(FrameKind.NeedMore, reader.Read(ref buffer, out _));
            Assert.True(buffer.IsEmpty);
            arrived += 1000;
            Assert.InRange(reader.HeldBytes, arrived, Math.Max(8192, 4 * arrived));
        }

        reader.Dispose();
        Assert.Equal(0, reader.HeldBytes);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Idle_readers_hold_nothing_and_small_parts_wait_in_the_pipe(bool webSocket)
    {
        using IFrameReader reader = Create(webSocket, 1 << 20);
        byte[] large = webSocket ? ClientFrames.Binary(new byte[50_000]) : RawFrame(0, new byte[50_000]);
        byte[] small = webSocket ? ClientFrames.Binary(new byte[4000]) : RawFrame(0, new byte[4000]);

        var buffer = Segments.Every([.. large, .. small.AsSpan(0, 3999)], 4096);
        Assert.Equal(FrameKind.Message, reader.Read(ref buffer, out var payload));
        Assert.Equal(50_000, payload.Length);
        Assert.Equal(FrameKind.NeedMore, reader.Read(ref buffer, out _));
        Assert.Equal(3999, buffer.Length);
        Assert.Equal(0, reader.HeldBytes);
    }

    [Theory, InlineData(true, 512), InlineData(true, 4096), InlineData(false, 512), InlineData(false, 4096)]
    public async Task Frames_pass_through_a_pipe_of_small_segments(bool webSocket, int segmentSize)
    {
        var random = new Random(7);
        byte[][] payloads = [.. Enumerable.Range(0, 60).Select(i => RandomBytes(random, i % 10 == 9 ? 20_000 : random.Next(1, 900)))];
        byte[] stream = [.. payloads.SelectMany(payload => webSocket ? ClientFrames.Binary(payload) : RawFrame(0, payload))];
        using IFrameReader reader = Create(webSocket, 1 << 20);
        var pipe = new Pipe(new PipeOptions(minimumSegmentSize: segmentSize, pauseWriterThreshold: 0, useSynchronizationContext: false));
        var received = new List<byte[]>();
        for (var sent = 0; sent < stream.Length;)
        {
            var count = Math.Min(random.Next(1, 3000), stream.Length - sent);
            await pipe.Writer.WriteAsync(stream.AsMemory(sent, count), TestContext.Current.CancellationToken);
            sent += count;
            Assert.True(pipe.Reader.TryRead(out var result));
            var buffer = result.Buffer;
            while (reader.Read(ref buffer, out var payload) == FrameKind.Message)
            {
                received.Add(payload.ToArray());
            }

            pipe.Reader.AdvanceTo(buffer.Start, result.Buffer.End);
        }

        Assert.Equal(payloads, received);
    }

    private static IFrameReader Create(bool webSocket, int limit) =>
        webSocket ? new WebSocketFrameReader(text: false, limit) : new RawSocketFrameReader(text: false, limit);

    internal static byte[] RawFrame(int type, ReadOnlySpan<byte> payload) =>
        [(byte)type, (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, .. payload];

    private static byte[] RandomBytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static int CountMessages(IFrameReader reader, byte[] bytes, out long allocated)
    {
        var buffer = new ReadOnlySequence<byte>(bytes);
        var count = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        while (reader.Read(ref buffer, out _) == FrameKind.Message)
        {
            count++;
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return count;
    }
}
