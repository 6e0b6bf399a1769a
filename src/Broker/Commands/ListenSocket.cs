using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Broker.Commands;

/// <summary>
/// The sockets that the router listens on. What a peer has yet to read is to wait in the router, which knows what of it can give way, and that the peer takes
/// something now and then: not, as megabytes would, in the operating system.
/// </summary>
internal static class ListenSocket
{
    /// <summary>The protocol of the option.</summary>
    public const int Tcp = 6;

    /// <summary>TCP_NOTSENT_LOWAT of Linux (tcp(7)).</summary>
    public const int NotSentLowWater = 25;

    /// <summary>How many bytes may wait in the operating system that are not sent yet.</summary>
    public const int MostNotSent = 128 * 1024;

    /// <summary>A socket that is bound to an address. Connections inherit what it sets.</summary>
    public static Socket Bind(EndPoint address)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(address);
        if (OperatingSystem.IsLinux() && address is IPEndPoint)
        {
            socket.SetRawSocketOption(Tcp, NotSentLowWater, BitConverter.GetBytes(MostNotSent));
        }

        return socket;
    }
}
