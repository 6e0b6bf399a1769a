using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Broker.Authentication;
using Broker.Hosting;
using Broker.Messages;
using Broker.Serialization;
using Broker.Transports;

namespace Broker.Connections;

/// <summary>
/// A WebSocket client in memory. Its pipes run everything inline: when <see cref="Flush"/> returns, the router has read, routed and flushed, on this thread.
/// </summary>
internal sealed class MemoryPeer : IDisposable
{
    private readonly SerializerKind _serializer;
    private readonly Pipe _toRouter = new(Inline);
    private readonly Pipe _fromRouter = new(Inline);
    private readonly ByteBuffer _message = new();

    public MemoryPeer(RouterContext context, SerializerKind serializer)
    {
        _serializer = serializer;
        var peer = new PeerInfo("memory", "memory", new TransportInfo { IsLocal = true }, Abort: () => { });
        Served = ConnectionFactory.WebSocket(context, new DuplexPipe(_toRouter.Reader, _fromRouter.Writer), serializer, peer).RunAsync();
    }

    private static PipeOptions Inline { get; } = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 1 << 20, resumeWriterThreshold: 1 << 19,
        minimumSegmentSize: 4096, useSynchronizationContext: false);

    /// <summary>Completes when the router has ended the connection.</summary>
    public Task Served { get; }

    /// <summary>Puts a message into the pipe.</summary>
    public void Write(scoped in WampMessage message)
    {
        _message.Clear();
        MessageEncoder.Encode(_serializer, _message, message);
        var length = _message.Count;
        var frame = _toRouter.Writer.GetSpan(length + 8);
        frame[0] = (byte)(0x80 | (_serializer == SerializerKind.Json ? WebSocketOpcode.Text : WebSocketOpcode.Binary));
        frame[1] = 0x80 | 126;
        BinaryPrimitives.WriteUInt16BigEndian(frame[2..], (ushort)Math.Max(length, 126));
        frame[4..8].Clear(); // the mask that changes nothing
        var header = 8;
        if (length < 126)
        {
            frame[1] = (byte)(0x80 | length);
            frame[2..6].Clear();
            header = 6;
        }

        _message.Written.CopyTo(frame[header..]);
        _toRouter.Writer.Advance(header + length);
    }

    /// <summary>Gives what was written to the router.</summary>
    public void Flush()
    {
        var flush = _toRouter.Writer.FlushAsync();
        if (!flush.IsCompletedSuccessfully)
        {
            Assert.Fail("The router did not read inline.");
        }

        _ = flush.Result;
    }

    /// <summary>Takes what the router has sent and returns how many frames it was.</summary>
    public int Drain()
    {
        var frames = 0;
        if (!_fromRouter.Reader.TryRead(out var result))
        {
            return 0;
        }

        var rest = result.Buffer;
        Span<byte> header = stackalloc byte[4];
        while (rest.Length > 2)
        {
            rest.Slice(0, Math.Min(4, rest.Length)).CopyTo(header);
            var length = header[1] < 126 ? header[1] + 2 : BinaryPrimitives.ReadUInt16BigEndian(header[2..]) + 4;
            rest = rest.Slice(length);
            frames++;
        }

        _fromRouter.Reader.AdvanceTo(result.Buffer.End);
        return frames;
    }

    /// <summary>Drops the connection.</summary>
    public void Dispose()
    {
        _toRouter.Writer.Complete();
        _message.Dispose();
    }

    private sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = input;

        public PipeWriter Output { get; } = output;
    }
}
