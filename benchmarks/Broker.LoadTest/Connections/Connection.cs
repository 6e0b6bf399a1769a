using System.Net.Sockets;
using Broker.Messages;
using Broker.Serialization;

namespace Broker.LoadTest.Connections;

/// <summary>What a connection does with a message; the message is valid during the call only.</summary>
internal delegate void MessageReceived(scoped in WampMessage message);

/// <summary>
/// One connection to the router. Writing is thread-safe: messages are gathered by <see cref="Append"/> and leave together when the thread ends its
/// batch (<see cref="FlushBatch"/>). Reading belongs to <see cref="ReadAsync"/>.
/// </summary>
internal sealed class Connection : IDisposable
{
    private const int ReadsBeforeYield = 32;

    [ThreadStatic]
    private static ByteBuffer? _scratch;

    private readonly Lock _gate = new();
    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly IFraming _framing;
    private ByteBuffer _pending = new();
    private ByteBuffer _leaving = new();
    private byte[] _received;
    private int _start;
    private int _end;
    private bool _isWriting;
    private bool _isInBatch;

    private Connection(Socket socket, Stream stream, IFraming framing, SerializerKind serializer, int bufferSize)
    {
        _socket = socket;
        _stream = stream;
        _framing = framing;
        Serializer = serializer;
        _received = new byte[bufferSize];
    }

    public SerializerKind Serializer { get; }

    /// <summary>Connects and opens the transport.</summary>
    /// <exception cref="Fault">There is no router, or it refuses.</exception>
    public static async Task<Connection> OpenAsync(RouterAddress address, SerializerKind serializer, int bufferSize, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            var stream = await address.ConnectAsync(socket, cancellation);
            IFraming framing = address.IsWebSocket ? new WebSocketFraming(address, serializer) : new RawSocketFraming(serializer);
            var connection = new Connection(socket, stream, framing, serializer, bufferSize);
            await connection.OpenTransportAsync(cancellation);
            return connection;
        }
        catch (Exception exception)
        {
            socket.Dispose();
            throw exception switch
            {
                SocketException or IOException => new Fault($"No connection to {address.Url}: {exception.Message.TrimEnd('.')}.", exception),
                System.Security.Authentication.AuthenticationException => new Fault($"No TLS with {address.Url}: {exception.Message.TrimEnd('.')}.", exception),
                _ => exception,
            };
        }
    }

    /// <summary>Encodes a message behind those that wait to leave.</summary>
    public void Append(scoped in WampMessage message)
    {
        var scratch = _scratch ??= new ByteBuffer(4096);
        scratch.Clear();
        MessageEncoder.Encode(Serializer, scratch, message);
        bool isFirst;
        lock (_gate)
        {
            _framing.WriteMessage(_pending, scratch.Written);
            isFirst = !_isInBatch;
            _isInBatch = true;
        }

        if (isFirst)
        {
            FlushBatch.Add(this);
        }
    }

    /// <summary>Lets the messages that wait leave, unless a write is under way, which takes them along.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            _isInBatch = false;
            if (_isWriting || _pending.Count == 0)
            {
                return;
            }

            _isWriting = true;
            (_pending, _leaving) = (_leaving, _pending);
        }

        _ = WriteAsync();
    }

    /// <summary>Reads until the connection ends, giving every message to <paramref name="received"/>.</summary>
    /// <exception cref="WampProtocolException">The router sent what it must not.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task ReadAsync(MessageReceived received)
    {
        var readsWithoutWait = 0;
        while (true)
        {
            if (!DeliverAndFlush(received))
            {
                return;
            }

            var read = _stream.ReadAsync(MakeRoom(), CancellationToken.None);
            readsWithoutWait = read.IsCompleted ? readsWithoutWait + 1 : 0;
            var count = await read;
            if (count == 0)
            {
                return;
            }

            _end += count;
            if (readsWithoutWait == ReadsBeforeYield)
            {
                // A connection that always has more must not keep its thread from the others.
                readsWithoutWait = 0;
                await Task.Yield();
            }
        }
    }

    /// <summary>Closes by a reset, so that the port is free at once: a join storm would run out of ports otherwise.</summary>
    public void Reset()
    {
        try
        {
            _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }

        Dispose();
    }

    public void Dispose() => _stream.Dispose();

    private async Task OpenTransportAsync(CancellationToken cancellation)
    {
        _framing.WriteOpening(_pending);
        await _stream.WriteAsync(_pending.WrittenMemory, cancellation);
        _pending.Clear();
        int taken;
        while ((taken = _framing.ReadOpening(_received.AsSpan(0, _end))) == 0)
        {
            var count = await _stream.ReadAsync(MakeRoom(), cancellation);
            _end += count > 0 ? count : throw new IOException("The router closes the connection during the handshake");
        }

        _start = taken;
    }

    private bool DeliverAndFlush(MessageReceived received)
    {
        try
        {
            return Deliver(received);
        }
        finally
        {
            FlushBatch.Flush();
        }
    }

    private bool Deliver(MessageReceived received)
    {
        int taken;
        while ((taken = _framing.ReadFrame(_received.AsSpan(_start, _end - _start), out var kind, out var payload)) > 0)
        {
            switch (kind)
            {
                case FrameKind.Message:
                    received(MessageParser.Parse(Serializer, payload, DecodeLimits.Default));
                    break;
                case FrameKind.Ping:
                    AppendPong(payload);
                    break;
                case FrameKind.Close:
                    return false;
                default:
                    break;
            }

            _start += taken;
        }

        return true;
    }

    private void AppendPong(ReadOnlySpan<byte> payload)
    {
        lock (_gate)
        {
            _framing.WritePong(_pending, payload);
        }

        Flush();
    }

    private Memory<byte> MakeRoom()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _received.Length)
        {
            if (_start == 0)
            {
                Array.Resize(ref _received, 2 * _received.Length);
            }
            else
            {
                _received.AsSpan(_start, _end - _start).CopyTo(_received);
                (_start, _end) = (0, _end - _start);
            }
        }

        return _received.AsMemory(_end);
    }

    private async Task WriteAsync()
    {
        try
        {
            while (true)
            {
                await _stream.WriteAsync(_leaving.WrittenMemory, CancellationToken.None);
                lock (_gate)
                {
                    _leaving.Clear();
                    if (_pending.Count == 0)
                    {
                        _isWriting = false;
                        return;
                    }

                    (_pending, _leaving) = (_leaving, _pending);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // Reading ends for the same reason and reports it. What is appended from now on stays.
        }
    }
}
