using System.Net;
using System.Net.Sockets;

namespace Broker.Commands;

/// <summary>What the sockets of connections inherit.</summary>
public sealed class ListenSocketTests
{
    [Fact]
    public async Task Of_what_a_peer_does_not_read_little_waits_in_the_operating_system()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has the option.");
        using var listener = ListenSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new Socket(listener.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!, TestContext.Current.CancellationToken);

        using var accepted = await listener.AcceptAsync(TestContext.Current.CancellationToken);

        var value = new byte[sizeof(int)];
        Assert.Equal(value.Length, accepted.GetRawSocketOption(ListenSocket.Tcp, ListenSocket.NotSentLowWater, value));
        Assert.Equal(ListenSocket.MostNotSent, BitConverter.ToInt32(value));
    }
}
