using System.Net;
using System.Net.Sockets;
using Broker.Transports;

namespace Broker.Client;

/// <summary>Listens like a router and leaves every message to the test.</summary>
internal sealed class FakeRouter : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Wire _wire;

    public FakeRouter(Wire wire = Wire.RawSocketJson)
    {
        _wire = wire;
        _listener.Start();
        var port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        Options = new WampClientOptions
        {
            Url = new Uri(wire.IsWebSocket() ? $"ws://127.0.0.1:{port}/ws" : $"tcp://127.0.0.1:{port}"),
            Realm = "realm1",
            Serializer = wire.Serializer(),
            Batched = wire.IsBatched(),
            ConnectTimeout = TimeSpan.FromSeconds(60),
            HandshakeTimeout = TimeSpan.FromSeconds(60),
            CloseTimeout = TimeSpan.FromSeconds(30),
        };
    }

    /// <summary>How a client reaches this router, with so much time that no slow machine uses it up.</summary>
    public WampClientOptions Options { get; set; }

    public const string Welcome =
        """[2,4711,{"roles":{"broker":{"features":{"pattern_based_subscription":true}},"dealer":{}},"realm":"realm1","authid":"a1","authrole":"anonymous"}]""";

    public async Task<Socket> AcceptSocketAsync() => await _listener.AcceptSocketAsync();

    public async Task<FakePeer> AcceptAsync(int peerLimit = 1 << 24)
    {
        var stream = new NetworkStream(await _listener.AcceptSocketAsync(), ownsSocket: true);
        return _wire.IsWebSocket()
            ? await WebSocketPeer.AcceptAsync(stream, new WampSubprotocol(_wire.Serializer(), _wire.IsBatched()))
            : await RawSocketPeer.AcceptAsync(stream, _wire.Serializer(), peerLimit);
    }

    /// <summary>A client that has joined, and its other end.</summary>
    public async Task<Joined> JoinAsync(string welcome = Welcome, int peerLimit = 1 << 24)
    {
        var connecting = WampClient.ConnectAsync(Options);
        var peer = await AcceptAsync(peerLimit);
        await peer.ReceiveAsync();
        await peer.SendAsync(welcome);
        return new Joined(await connecting.Soon(), peer);
    }

    public void Dispose() => _listener.Dispose();
}

/// <summary>A joined client and the router's end of its connection.</summary>
internal sealed record Joined(WampClient Client, FakePeer Peer) : IAsyncDisposable
{
    /// <summary>Drops the connection; nobody answers GOODBYE here.</summary>
    public async ValueTask DisposeAsync()
    {
        await Peer.DisposeAsync();
        await Client.DisposeAsync();
    }
}

internal static class Patience
{
    /// <summary>With a clock that the test drives, and so with the time limits that users get by default.</summary>
    public static WampClientOptions On(this WampClientOptions options, ManualTime time)
    {
        var defaults = new WampClientOptions { Url = options.Url, Realm = options.Realm };
        return options with
        {
            TimeProvider = time,
            ConnectTimeout = defaults.ConnectTimeout,
            HandshakeTimeout = defaults.HandshakeTimeout,
            CloseTimeout = defaults.CloseTimeout,
        };
    }

    /// <summary>Guards a test against hanging; never what it checks.</summary>
    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <inheritdoc cref="Soon{T}"/>
    public static Task Soon(this Task task) => task.WaitAsync(TimeSpan.FromSeconds(30));
}
