using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Broker.Serialization;
using Broker.Transports;

namespace Broker.Peers;

/// <summary>
/// A WAMP peer on a bare socket that says exactly what a test tells it to. Messages are written and read as JSON text, whatever the serializer. No wait is
/// longer than <see cref="Limit"/>, behind which the test fails with all that was received.
/// </summary>
internal sealed partial class TestPeer : IAsyncDisposable
{
    /// <summary>Far beyond what anything here takes.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public const string HelloText = """[1,"realm1",{"roles":{"publisher":{},"subscriber":{},"caller":{},"callee":{}}}]""";

    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly Queue<string> _received = new();

    private TestPeer(Socket socket, Stream stream, SerializerKind serializer, PeerTransport transport)
    {
        _socket = socket;
        _stream = stream;
        Serializer = serializer;
        IsBatched = transport is PeerTransport.BatchedWebSocket or PeerTransport.MappedBatchedWebSocket;
        IsWebSocket = IsBatched || transport is PeerTransport.WebSocket or PeerTransport.MappedWebSocket;
    }

    public SerializerKind Serializer { get; }

    public bool IsWebSocket { get; }

    public bool IsBatched { get; }

    public long SessionId { get; set; }

    /// <summary>A socket that has said nothing yet.</summary>
    /// <param name="router">The router.</param>
    /// <param name="transport">The transport.</param>
    /// <param name="serializer">The serializer.</param>
    /// <param name="receiveBuffer">The size of the socket's buffer; 0: as it is.</param>
    /// <param name="from">The address that it comes from, one of 127.0.0.0/8; null: 127.0.0.1.</param>
    public static async Task<TestPeer> DialAsync(
        TestRouter router, PeerTransport transport, SerializerKind serializer = SerializerKind.Json, int receiveBuffer = 0, IPAddress? from = null)
    {
        EndPoint endPoint = transport switch
        {
            PeerTransport.UnixSocket => new UnixDomainSocketEndPoint(router.SocketPath),
            PeerTransport.MappedWebSocket or PeerTransport.MappedBatchedWebSocket => new IPEndPoint(IPAddress.Loopback, router.MappedPort),
            _ => new IPEndPoint(IPAddress.Loopback, router.Port),
        };
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        if (transport != PeerTransport.UnixSocket)
        {
            socket.NoDelay = true;
        }

        if (receiveBuffer > 0)
        {
            socket.ReceiveBufferSize = receiveBuffer;
        }

        if (from is not null)
        {
            socket.Bind(new IPEndPoint(from, 0));
        }

        await socket.ConnectAsync(endPoint, TestContext.Current.CancellationToken);
        return new TestPeer(socket, new NetworkStream(socket, ownsSocket: true), serializer, transport);
    }

    /// <summary>A peer behind the handshake of TLS, which trusts the router's certificate although nobody has signed it.</summary>
    public static async Task<TestPeer> DialTlsAsync(TestRouter router, PeerTransport transport, SerializerKind serializer)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, router.TlsPort), TestContext.Current.CancellationToken);
        var stream = new SslStream(
            new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate?.Subject == "CN=localhost");
        await stream.AuthenticateAsClientAsync("localhost");
        return new TestPeer(socket, stream, serializer, transport);
    }

    /// <summary>A peer behind its handshake.</summary>
    public static async Task<TestPeer> ConnectAsync(
        TestRouter router, PeerTransport transport, SerializerKind serializer = SerializerKind.Json, int limit = RawSocketHandshake.LargestLimit, int receiveBuffer = 0)
    {
        var peer = await DialAsync(router, transport, serializer, receiveBuffer);
        await peer.SendBytesAsync(peer.Handshake(limit));
        await peer.ExpectHandshakeAsync();
        return peer;
    }

    /// <summary>A peer with a session.</summary>
    public static async Task<TestPeer> JoinAsync(
        TestRouter router, PeerTransport transport, SerializerKind serializer = SerializerKind.Json, int limit = RawSocketHandshake.LargestLimit, int receiveBuffer = 0)
    {
        var peer = await ConnectAsync(router, transport, serializer, limit, receiveBuffer);
        await peer.JoinAsync();
        return peer;
    }

    public async Task JoinAsync()
    {
        await SendAsync(HelloText);
        SessionId = (await ExpectAsync("[2,*]"))[1].GetInt64();
    }

    /// <summary>What opens the transport.</summary>
    public byte[] Handshake(int limit = RawSocketHandshake.LargestLimit)
    {
        if (IsWebSocket)
        {
            return Encoding.ASCII.GetBytes(UpgradeText("Sec-WebSocket-Protocol: " + Subprotocol));
        }

        var request = new byte[RawSocketHandshake.Length];
        RawSocketHandshake.WriteRequest(request, Serializer, limit);
        return request;
    }

    public static string UpgradeText(params string[] fields) =>
        "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + $"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{string.Concat(fields.Select(field => field + "\r\n"))}\r\n";

    public async Task ExpectHandshakeAsync()
    {
        if (IsWebSocket)
        {
            var response = await ReceiveHttpHeadAsync();
            Assert.StartsWith("HTTP/1.1 101 ", response, StringComparison.Ordinal);
            Assert.Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", response, StringComparison.Ordinal);
            Assert.Contains($"Sec-WebSocket-Protocol: {Subprotocol}\r\n", response, StringComparison.Ordinal);
        }
        else
        {
            RawSocketHandshake.ReadReply(await ReceiveBytesAsync(RawSocketHandshake.Length), Serializer);
        }
    }

    /// <summary>One message, framed.</summary>
    public byte[] Frame(string json) => FrameBytes(Encode(json));

    /// <summary>Any payload, framed as a message.</summary>
    public byte[] FrameBytes(byte[] payload) => IsBatched
        ? WebSocketFrame(Batch.Element(Serializer, payload))
        : IsWebSocket ? WebSocketFrame(payload) : RawFrame(0, payload);

    /// <summary>A WebSocket message of the type that the serializer demands.</summary>
    public byte[] WebSocketFrame(byte[] payload) => Serializer == SerializerKind.Json ? ClientFrames.Text(payload) : ClientFrames.Binary(payload);

    public byte[] PingFrame(byte[] payload) => IsWebSocket ? ClientFrames.Ping(payload) : RawFrame(1, payload);

    public byte[] PongFrame(byte[] payload) => IsWebSocket ? ClientFrames.Pong(payload) : RawFrame(2, payload);

    public static byte[] RawFrame(byte first, byte[] payload) =>
        [first, (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, .. payload];

    public byte[] Encode(string json)
    {
        using var target = new ByteBuffer();
        Assert.True(Transcoder.TryTranscodeValue(SerializerKind.Json, Encoding.UTF8.GetBytes(json), Serializer, target));
        return target.Written.ToArray();
    }

    /// <summary>Sends messages together; in one batch, where there are batches.</summary>
    public Task SendAsync(params string[] messages) =>
        SendBytesAsync(IsBatched ? WebSocketFrame(Batch.Of(Serializer, messages.Select(Encode))) : [.. messages.SelectMany(Frame)]);

    public async Task SendBytesAsync(byte[] bytes) => await WithinLimitAsync(
        async token =>
        {
            await _stream.WriteAsync(bytes, token);
            return 0;
        },
        "The router took no more bytes");

    /// <summary>Sends no more, and says so to the router.</summary>
    public void CloseOutput() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Resets the connection.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    /// <summary>Reads a message that fits a pattern, in which <c>*</c> stands for anything.</summary>
    public async Task<JsonElement> ExpectAsync(string pattern)
    {
        var text = await ReceiveAsync();
        if (!Fits(text, pattern.Split('*')))
        {
            throw Failure($"Expected {pattern}");
        }

        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Reads the next message.</summary>
    public async Task<string> ReceiveAsync()
    {
        var (kind, payload) = await ReceiveFrameAsync();
        return kind == PeerFrame.Message ? Decode(payload) : throw Failure($"Expected a message, got {kind}");
    }

    /// <summary>Reads an ABORT of exactly three elements and gives what it says.</summary>
    public async Task<string> ExpectAbortAsync(string reason)
    {
        var abort = await ExpectAsync($"[3,{{*}},\"{reason}\"]");
        Assert.Equal(3, abort.GetArrayLength());
        return abort[1].TryGetProperty("message", out var message) ? message.GetString()! : "";
    }

    /// <summary>On a WebSocket, reads a close frame, answers it and waits for the end; on a RawSocket closes and waits for the end.</summary>
    /// <param name="code">The close code.</param>
    /// <param name="isFramingLost">Whether the router reads no more frames, so that only the end of the connection can answer it.</param>
    public async Task<string> ExpectCloseAsync(int code, bool isFramingLost = false)
    {
        var reason = "";
        if (IsWebSocket)
        {
            var (kind, payload) = await ReceiveFrameAsync();
            if (kind != PeerFrame.Close || payload.Length < 2 || BinaryPrimitives.ReadUInt16BigEndian(payload) != code)
            {
                throw Failure($"Expected a close frame with code {code}");
            }

            reason = Encoding.UTF8.GetString(payload.AsSpan(2));
            await SendBytesAsync(ClientFrames.Close((ushort)code, []));
        }

        if (isFramingLost || !IsWebSocket)
        {
            CloseOutput();
        }

        await ExpectEndAsync();
        return reason;
    }

    /// <summary>Waits until the router has closed the connection, without another byte.</summary>
    public async Task ExpectEndAsync()
    {
        if (await ReceiveFrameAsync() is not (PeerFrame.End, _))
        {
            throw Failure("Expected the end of the connection");
        }
    }

    public async ValueTask DisposeAsync() => await _stream.DisposeAsync();

    private static bool Fits(string text, string[] parts)
    {
        var at = 0;
        foreach (var part in parts[..^1])
        {
            var found = text.IndexOf(part, at, StringComparison.Ordinal);
            if (found < 0 || (at == 0 && found > 0))
            {
                return false;
            }

            at = found + part.Length;
        }

        return parts.Length == 1 ? text == parts[0] : text.Length >= at + parts[^1].Length && text.EndsWith(parts[^1], StringComparison.Ordinal);
    }

    private string Subprotocol => new WampSubprotocol(Serializer, IsBatched).Name;

    private (PeerFrame Kind, byte[] Payload) Received(PeerFrame kind, byte[] payload)
    {
        if (_received.Count > 100)
        {
            _received.Dequeue();
        }

        _received.Enqueue($"{kind} {(kind == PeerFrame.Message ? Decode(payload) : Convert.ToHexString(payload))}");
        return (kind, payload);
    }

    public string Decode(byte[] payload)
    {
        using var target = new ByteBuffer();
        Assert.True(Transcoder.TryTranscodeValue(Serializer, payload, SerializerKind.Json, target));
        return Encoding.UTF8.GetString(target.Written);
    }

    private async Task<T> WithinLimitAsync<T>(Func<CancellationToken, Task<T>> act, string reason)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            return await act(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw Failure(reason);
        }
    }

    private Xunit.Sdk.XunitException Failure(string reason) => new($"{reason}. Received:\n{string.Join('\n', _received)}");
}
