using System.Net.Sockets;
using System.Text;

namespace Broker.EndToEnd;

/// <summary>The program ends in good order on SIGTERM, whatever its clients do.</summary>
[Trait("wamp", "SES-31")]
[Trait("wamp", "SES-35")]
public sealed class StubbornPeerTests
{
    [Theory]
    [InlineData("answers")]
    [InlineData("does not answer")]
    [InlineData("does not read")]
    [InlineData("has no session")]
    [InlineData("has said nothing")]
    public async Task SIGTERM_ends_the_router_with_exit_code_0_when_a_client(string behaviour)
    {
        await using var router = await RouterProcess.StartAsync();
        using var peer = new TcpClient { ReceiveBufferSize = 4096 };
        await peer.ConnectAsync("127.0.0.1", router.Port, TestContext.Current.CancellationToken);
        var stream = peer.GetStream();
        switch (behaviour)
        {
            case "has said nothing":
                break;
            case "has no session":
                await HandshakeAsync(stream);
                break;
            case "does not read":
                await HandshakeAsync(stream);
                await JoinAsync(stream);
                await FillAsync(stream);
                break;
            default:
                await HandshakeAsync(stream);
                await JoinAsync(stream);
                break;
        }

        var stopped = router.StopAsync();
        if (behaviour == "answers")
        {
            Assert.Contains("wamp.close.system_shutdown", await ReadAsync(stream), StringComparison.Ordinal);
            await SendAsync(stream, """[6,{},"wamp.close.goodbye_and_out"]""");
            peer.Client.Shutdown(SocketShutdown.Send);
        }

        await stopped;
    }

    private static async Task HandshakeAsync(NetworkStream stream)
    {
        await stream.WriteAsync(new byte[] { 0x7F, 0xF1, 0, 0 }, TestContext.Current.CancellationToken);
        await stream.ReadExactlyAsync(new byte[4], TestContext.Current.CancellationToken);
    }

    private static async Task JoinAsync(NetworkStream stream)
    {
        await SendAsync(stream, """[1,"realm1",{"roles":{"publisher":{},"subscriber":{}}}]""");
        Assert.StartsWith("[2,", await ReadAsync(stream), StringComparison.Ordinal);
        await SendAsync(stream, """[32,1,{},"com.example.topic"]""");
        Assert.StartsWith("[33,", await ReadAsync(stream), StringComparison.Ordinal);
    }

    /// <summary>Has the router send more than the connection takes.</summary>
    private static async Task FillAsync(NetworkStream stream)
    {
        var payload = new string('x', 100_000);
        for (var request = 2; request < 200; request++)
        {
            await SendAsync(stream, $"[16,{request},{{\"exclude_me\":false}},\"com.example.topic\",[\"{payload}\"]]");
        }
    }

    private static async Task SendAsync(NetworkStream stream, string message)
    {
        var payload = Encoding.UTF8.GetBytes(message);
        byte[] frame = [0, (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, .. payload];
        await stream.WriteAsync(frame, TestContext.Current.CancellationToken);
    }

    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        var header = new byte[4];
        await stream.ReadExactlyAsync(header, TestContext.Current.CancellationToken);
        var payload = new byte[(header[1] << 16) | (header[2] << 8) | header[3]];
        await stream.ReadExactlyAsync(payload, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(payload);
    }
}
