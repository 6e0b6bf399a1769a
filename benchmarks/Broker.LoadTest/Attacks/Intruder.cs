using System.Net.Sockets;
using System.Text;
using Broker.LoadTest.Connections;
using Broker.Serialization;

namespace Broker.LoadTest.Attacks;

/// <summary>One connection of an attacker, which may stop anywhere. It speaks JSON.</summary>
internal sealed class Intruder : IDisposable
{
    private readonly Stream _stream;
    private readonly IFraming _framing;
    private readonly RouterAddress _address;
    private readonly byte[] _buffer = new byte[4096];
    private int _count;

    private Intruder(Stream stream, RouterAddress address)
    {
        _stream = stream;
        _address = address;
        _framing = address.IsWebSocket ? new WebSocketFraming(address, SerializerKind.Json) : new RawSocketFraming(SerializerKind.Json);
    }

    public static async Task<Intruder> DialAsync(RouterAddress address, CancellationToken cancellation, int receiveBuffer = 0)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (receiveBuffer > 0)
            {
                socket.ReceiveBufferSize = receiveBuffer;
            }

            var stream = await address.ConnectAsync(socket, cancellation);
            return new Intruder(stream, address);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>What opens the transport.</summary>
    public byte[] Opening()
    {
        using var target = new ByteBuffer();
        _framing.WriteOpening(target);
        return target.Written.ToArray();
    }

    public byte[] Frame(string message)
    {
        using var target = new ByteBuffer();
        _framing.WriteMessage(target, Encoding.UTF8.GetBytes(message));
        return target.Written.ToArray();
    }

    public byte[] Ping() => _address.IsWebSocket ? [0x89, 0x80, 0, 0, 0, 0] : [1, 0, 0, 0];

    /// <summary>A message in pieces: fragments of a byte, or, where there are none, the bytes.</summary>
    public IEnumerable<byte[]> Crumbs(string message)
    {
        if (!_address.IsWebSocket)
        {
            return Frame(message).Select(one => (byte[])[one]);
        }

        var bytes = Encoding.UTF8.GetBytes(message);
        return bytes.Select((one, i) => (byte[])[(byte)((i == bytes.Length - 1 ? 0x80 : 0) | (i == 0 ? 1 : 0)), 0x81, 0, 0, 0, 0, one]);
    }

    public async Task OpenAsync(CancellationToken cancellation)
    {
        await SendAsync(Opening(), cancellation);
        int taken;
        while ((taken = _framing.ReadOpening(_buffer.AsSpan(0, _count))) == 0)
        {
            await ReadAsync(cancellation);
        }

        Take(taken);
    }

    /// <summary>Opens the transport and a session.</summary>
    public async Task JoinAsync(string realm, CancellationToken cancellation)
    {
        await OpenAsync(cancellation);
        await SendAsync(Frame($"[1,\"{realm}\"," + """{"roles":{"publisher":{},"subscriber":{},"caller":{},"callee":{}}}]"""), cancellation);
        await ExpectAsync("[2,", cancellation);
    }

    /// <summary>Reads a message that starts like this; another is the end of the attacker's patience.</summary>
    public async Task ExpectAsync(string start, CancellationToken cancellation)
    {
        var message = await ReceiveAsync(cancellation);
        if (!message.StartsWith(start, StringComparison.Ordinal))
        {
            throw new Fault($"The router answers {message}");
        }
    }

    public async Task<string> ReceiveAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var taken = _framing.ReadFrame(_buffer.AsSpan(0, _count), out var kind, out var payload);
            var message = kind == FrameKind.Message ? Encoding.UTF8.GetString(payload) : null;
            Take(taken);
            if (message is not null)
            {
                return message;
            }

            if (taken == 0)
            {
                await ReadAsync(cancellation);
            }
        }
    }

    public Task SendAsync(byte[] bytes, CancellationToken cancellation) => _stream.WriteAsync(bytes, cancellation).AsTask();

    /// <summary>Reads until the router ends the connection, and looks at nothing.</summary>
    public async Task DiscardAsync(CancellationToken cancellation)
    {
        var buffer = new byte[64 * 1024];
        while (await _stream.ReadAsync(buffer, cancellation) > 0)
        {
            // It might have been anything.
        }
    }

    public void Dispose() => _stream.Dispose();

    private async Task ReadAsync(CancellationToken cancellation)
    {
        var read = await _stream.ReadAsync(_buffer.AsMemory(_count), cancellation);
        _count += read > 0 ? read : throw new IOException("The router has closed the connection.");
    }

    private void Take(int count)
    {
        _buffer.AsSpan(count, _count - count).CopyTo(_buffer);
        _count -= count;
    }
}
