using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Broker.Authentication;
using Broker.Hosting;
using Broker.Messages;
using Broker.Options;
using Broker.Serialization;
using Broker.Transports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Broker.Connections;

/// <summary>
/// A WebSocket client in memory. Its pipes run everything inline: when <see cref="Flush"/> returns, the router has read, routed and flushed, on this thread.
/// </summary>
internal sealed class MemoryPeer : IDisposable
{
    private readonly bool _givesWay;
    private readonly SerializerKind _serializer;
    private readonly Pipe _toRouter = new(Inline);
    private readonly Pipe _fromRouter = new(Inline);
    private readonly ByteBuffer _message = new();
    private readonly ByteBuffer _batch = new();
    private readonly BatchFraming? _framing;

    private MemoryPeer(RouterContext context, WampSubprotocol subprotocol, Func<PipeWriter, PipeWriter>? wrap, bool givesWay)
    {
        _givesWay = givesWay;
        _serializer = subprotocol.Serializer;
        _framing = subprotocol.IsBatched ? new BatchFraming(_serializer) : null;
        var peer = new PeerInfo("memory", "memory", new TransportInfo { IsLocal = true }, () => _fromRouter.Reader.Complete(), Closed: default);
        var output = wrap is null ? _fromRouter.Writer : wrap(_fromRouter.Writer);
        Served = ConnectionFactory.WebSocket(context, new DuplexPipe(_toRouter.Reader, output), subprotocol, peer).RunAsync();
    }

    /// <summary>How many bytes a peer that does not drain takes before they wait in the router.</summary>
    public const int PipeCapacity = 1 << 20;

    /// <summary>A router, by default with default options.</summary>
    public static RouterContext NewContext(WampRouterOptions? options = null, TimeProvider? time = null) =>
        new(
            Microsoft.Extensions.Options.Options.Create(options ?? new WampRouterOptions()),
            NullLoggerFactory.Instance,
            time ?? TimeProvider.System);

    /// <summary>A peer with a session.</summary>
    /// <param name="context">The router.</param>
    /// <param name="subprotocol">What it speaks.</param>
    /// <param name="wrap">What stands between the router and its end of the pipe; null for nothing.</param>
    /// <param name="givesWay">Whether the router gives way to others as the test's own <see cref="SynchronizationContext"/> says; it goes on at once otherwise.</param>
    public static MemoryPeer Join(
        RouterContext context, WampSubprotocol subprotocol, Func<PipeWriter, PipeWriter>? wrap = null, bool givesWay = false)
    {
        var peer = new MemoryPeer(context, subprotocol, wrap, givesWay);
        var roles = new RoleSet { Publisher = Features.None, Subscriber = Features.None, Caller = Features.None, Callee = Features.None };
        var details = ValueEncoder.Encode(subprotocol.Serializer, new HelloDetails { Roles = roles });
        peer.Write(new WampMessage { Type = MessageType.Hello, Uri = "realm1"u8, Dict = details });
        peer.Flush();
        Assert.Equal(1, peer.Drain());
        return peer;
    }

    private static PipeOptions Inline { get; } = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline,
        pauseWriterThreshold: PipeCapacity, resumeWriterThreshold: PipeCapacity / 2,
        minimumSegmentSize: 4096, useSynchronizationContext: false);

    /// <summary>Completes when the router has ended the connection.</summary>
    public Task Served { get; }

    /// <summary>Puts a message into the pipe; in a batch that <see cref="Flush"/> ends, where there are batches.</summary>
    public void Write(scoped in WampMessage message)
    {
        _message.Clear();
        MessageEncoder.Encode(_serializer, _message, message);
        if (_framing is null)
        {
            WriteFrame(_message.Written);
            return;
        }

        _batch.Advance(_framing.WriteHeader(_batch.GetSpan(_framing.HeaderLength), _message.Count));
        _batch.Append(_message.Written);
        _batch.Advance(_framing.WriteTrailer(_batch.GetSpan(_framing.TrailerLength)));
    }

    /// <summary>Gives what was written to the router.</summary>
    public void Flush()
    {
        if (_framing is not null)
        {
            WriteFrame(_batch.Written);
            _batch.Clear();
        }

        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_givesWay ? outer : AtOnce.Instance);
        try
        {
            var flush = _toRouter.Writer.FlushAsync();
            if (!flush.IsCompletedSuccessfully)
            {
                Assert.Fail("The router did not read inline.");
            }

            _ = flush.Result;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    /// <summary>Takes what the router has sent and returns how many messages it was.</summary>
    public int Drain()
    {
        if (!_fromRouter.Reader.TryRead(out var result))
        {
            return 0;
        }

        var messages = 0;
        var rest = result.Buffer;
        while (TryTakeFrame(ref rest, out var payload))
        {
            messages += _framing is null ? 1 : CountMessages(payload);
        }

        _fromRouter.Reader.AdvanceTo(rest.Start, rest.End);
        return messages;
    }

    /// <summary>Drops the connection.</summary>
    public void Dispose()
    {
        _toRouter.Writer.Complete();
        _message.Dispose();
        _batch.Dispose();
    }

    private static bool TryTakeFrame(ref ReadOnlySequence<byte> rest, out ReadOnlySequence<byte> payload)
    {
        payload = default;
        var reader = new SequenceReader<byte>(rest);
        if (!reader.TryReadBigEndian(out short head))
        {
            return false;
        }

        int length = (byte)head;
        if (length == 126)
        {
            if (!reader.TryReadBigEndian(out short extended))
            {
                return false;
            }

            length = (ushort)extended;
        }

        if (reader.Remaining < length)
        {
            return false;
        }

        payload = reader.UnreadSequence.Slice(0, length);
        rest = rest.Slice(payload.End);
        return true;
    }

    private void WriteFrame(ReadOnlySpan<byte> payload)
    {
        var length = payload.Length;
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

        payload.CopyTo(frame[header..]);
        _toRouter.Writer.Advance(header + length);
    }

    private int CountMessages(in ReadOnlySequence<byte> batch)
    {
        var count = 0;
        var reader = new SequenceReader<byte>(batch);
        while (!reader.End)
        {
            if (_serializer == SerializerKind.Json)
            {
                reader.TryAdvanceTo(BatchFraming.RecordSeparator);
            }
            else
            {
                reader.TryReadBigEndian(out int length);
                reader.Advance(length);
            }

            count++;
        }

        return count;
    }

    /// <summary>Nobody else waits for a turn.</summary>
    private sealed class AtOnce : SynchronizationContext
    {
        public static readonly AtOnce Instance = new();

        public override void Post(SendOrPostCallback d, object? state) => d(state);
    }

    private sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = input;

        public PipeWriter Output { get; } = output;
    }
}
