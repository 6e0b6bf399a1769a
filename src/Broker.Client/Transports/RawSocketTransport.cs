using System.Net.Sockets;
using Broker.Serialization;
using Broker.Transports;

namespace Broker.Client.Transports;

/// <summary>WAMP over TCP with length-prefixed frames (WAMP specification, "RawSocket Transport"). A PING is answered; none is sent.</summary>
internal sealed class RawSocketTransport : IClientTransport
{
    private readonly NetworkStream _stream;
    private readonly int _limit;
    private readonly byte[] _input = new byte[16 * 1024];
    private int _start;
    private int _end;

    private RawSocketTransport(NetworkStream stream, int limit, int peerLimit)
    {
        _stream = stream;
        _limit = limit;
        PeerLimit = peerLimit;
    }

    public int PeerLimit { get; }

    public int HeaderLength => RawSocketFrame.HeaderLength;

    public static async Task<IClientTransport> ConnectAsync(WampClientOptions options, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            KeepAlive(socket, options);
            await socket.ConnectAsync(options.Url.IdnHost, options.Url.Port, cancellationToken).ConfigureAwait(false);
            var stream = new NetworkStream(socket, ownsSocket: true);
            var octets = new byte[RawSocketHandshake.Length];
            RawSocketHandshake.WriteRequest(octets, options.Serializer, options.MaxMessageSize);
            await stream.WriteAsync(octets, cancellationToken).ConfigureAwait(false);
            await stream.ReadExactlyAsync(octets, cancellationToken).ConfigureAwait(false);
            var reply = RawSocketHandshake.ReadReply(octets, options.Serializer);
            if (!reply.Accepted)
            {
                throw new WampConnectException(
                    CloseReason.TransportLost,
                    $"{options.Url} refuses the RawSocket handshake ({reply.Error.Describe()}): choose another serializer or message size, or try later.");
            }

            return new RawSocketTransport(stream, RawSocketHandshake.AnnouncedLimit(options.MaxMessageSize), reply.PeerLimit);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void WriteHeader(Span<byte> header, int length) => RawSocketFrame.WriteHeader(header, RawSocketFrameType.Wamp, length);

    public ValueTask SendAsync(OutboundBatch batch) => _stream.WriteAsync(batch.Bytes.WrittenMemory, CancellationToken.None);

    public async ValueTask<CloseReason?> ReceiveAsync(ByteBuffer message, OutboundQueue outbound)
    {
        try
        {
            while (true)
            {
                if (!await FillAsync(RawSocketFrame.HeaderLength).ConfigureAwait(false))
                {
                    return new CloseReason(CloseReason.TransportLost, "The router closed the connection.", CloseOrigin.Transport);
                }

                var header = _input.AsSpan(_start, RawSocketFrame.HeaderLength);
                if (!RawSocketFrame.TryReadHeader(header, _limit, out var type, out var length, out var violation))
                {
                    throw new WampProtocolException(violation);
                }

                _start += RawSocketFrame.HeaderLength;
                await ReadPayloadAsync(message, length).ConfigureAwait(false);
                if (type == RawSocketFrameType.Wamp)
                {
                    return null;
                }

                if (type == RawSocketFrameType.Ping)
                {
                    await PongAsync(message, outbound).ConfigureAwait(false);
                }

                message.Clear();
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            return new CloseReason(CloseReason.TransportLost, "The connection was lost: " + e.Message, CloseOrigin.Transport);
        }
    }

    /// <summary>Says that nothing more will be sent, and reads on until the router says so, too.</summary>
    public async Task CloseAsync(string reasonUri)
    {
        try
        {
            _stream.Socket.Shutdown(SocketShutdown.Send);
            while (await _stream.ReadAsync(_input, CancellationToken.None).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The router was faster.
        }
    }

    public void Abort() => _stream.Dispose();

    public void Dispose() => _stream.Dispose();

    /// <summary>Waits until the PONG is written: who sends PINGs and does not read gets no more answers than it takes.</summary>
    private static async Task PongAsync(ByteBuffer payload, OutboundQueue outbound)
    {
        var header = new byte[RawSocketFrame.HeaderLength];
        RawSocketFrame.WriteHeader(header, RawSocketFrameType.Pong, payload.Count);
        try
        {
            await outbound.AddFrameAsync(header, payload.Written).ConfigureAwait(false);
        }
        catch (WampSessionClosedException)
        {
            // Writing has failed; what is still to be read tells more.
        }
    }

    /// <summary>TCP's own probes find a connection whose other end has vanished: many peers cannot answer a PING.</summary>
    private static void KeepAlive(Socket socket, WampClientOptions options)
    {
        if (options.KeepAliveInterval <= TimeSpan.Zero)
        {
            return;
        }

        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Seconds(options.KeepAliveInterval));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Seconds(options.KeepAliveTimeout));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, optionValue: 1);
    }

    private static int Seconds(TimeSpan time) => Math.Clamp((int)time.TotalSeconds, 1, 3600);

    /// <summary>Reads until <paramref name="count"/> bytes are buffered.</summary>
    /// <returns>False when the connection ended before the first of them.</returns>
    private async ValueTask<bool> FillAsync(int count)
    {
        while (_end - _start < count)
        {
            _input.AsSpan(_start, _end - _start).CopyTo(_input);
            (_start, _end) = (0, _end - _start);
            var read = await _stream.ReadAsync(_input.AsMemory(_end), CancellationToken.None).ConfigureAwait(false);
            if (read == 0)
            {
                return _end > 0 ? throw new EndOfStreamException("The connection ended inside of a frame.") : false;
            }

            _end += read;
        }

        return true;
    }

    private async ValueTask ReadPayloadAsync(ByteBuffer message, int length)
    {
        var buffered = Math.Min(length, _end - _start);
        message.Append(_input.AsSpan(_start, buffered));
        _start += buffered;
        while (message.Count < length)
        {
            // Memory follows what has come, not what the header announces.
            var room = Math.Min(length - message.Count, 64 * 1024);
            var read = await _stream.ReadAsync(message.GetMemory(room)[..room], CancellationToken.None).ConfigureAwait(false);
            if (read == 0)
            {
                throw new EndOfStreamException("The connection ended inside of a frame.");
            }

            message.Advance(read);
        }
    }
}
