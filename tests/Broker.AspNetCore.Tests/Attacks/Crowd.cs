using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Broker.Peers;

namespace Broker.Attacks;

/// <summary>Many connections that do the same, on bare sockets without buffers, so that what is measured is the router's memory.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private readonly Stream[] _members;

    private Crowd(Stream[] members) => _members = members;

    public static async Task<Crowd> DialAsync(int port, int count)
    {
        var members = new Stream[count];
        for (var i = 0; i < count; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), TestContext.Current.CancellationToken);
            members[i] = new NetworkStream(socket, ownsSocket: true);
        }

        return new Crowd(members);
    }

    /// <summary>Goes through the handshake of TLS.</summary>
    public async Task SecureAsync()
    {
        for (var i = 0; i < _members.Length; i++)
        {
            var secure = new SslStream(_members[i], leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate?.Subject == "CN=localhost");
            _members[i] = secure;
            await secure.AuthenticateAsClientAsync("localhost");
        }
    }

    public async Task SendAsync(byte[] bytes)
    {
        foreach (var member in _members)
        {
            await member.WriteAsync(bytes, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Sends byte after byte, each when the one before has gone to all.</summary>
    public async Task DripAsync(byte[] bytes, Func<Task> between)
    {
        foreach (var one in bytes)
        {
            await SendAsync([one]);
            await between();
        }
    }

    /// <summary>Reads, with each, what the router sends until it ends the connection.</summary>
    public Task<byte[][]> ReadToEndAsync() => Task.WhenAll(_members.Select(ReadToEndAsync));

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
        {
            await member.DisposeAsync();
        }
    }

    private static async Task<byte[]> ReadToEndAsync(Stream member)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestPeer.Limit);
        var all = new List<byte>();
        var buffer = new byte[512];
        try
        {
            while (await member.ReadAsync(buffer, limit.Token) is > 0 and var count)
            {
                all.AddRange(buffer.AsSpan(0, count));
            }
        }
        catch (IOException)
        {
            // Reset: an end as good as any.
        }

        return [.. all];
    }
}
