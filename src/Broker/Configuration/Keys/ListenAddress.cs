using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Broker.Configuration.Keys;

/// <summary>
/// Where the router listens: <c>127.0.0.1:8080</c>, <c>[::1]:8080</c>, <c>localhost:8080</c>, <c>*:8080</c> or <c>unix:/path/to/socket</c>.
/// </summary>
internal sealed class ListenAddress
{
    private ListenAddress(EndPoint endPoint, string text)
    {
        EndPoint = endPoint;
        Text = text;
    }

    /// <summary>What to bind to.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Whether only this machine can connect.</summary>
    public bool IsLocal => EndPoint is not IPEndPoint ip || IPAddress.IsLoopback(ip.Address);

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>Reads an address; <paramref name="fault"/> is one sentence that says what is wrong.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ListenAddress? address, out string fault)
    {
        fault = $"'{text}' is no address to listen on: write HOST:PORT, such as 127.0.0.1:8080, or unix:/path/to/socket.";
        address = null;
        if (text.StartsWith("unix:", StringComparison.Ordinal))
        {
            return TryParseUnix(text, out address, ref fault);
        }

        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), out var port))
        {
            return false;
        }

        var host = text[..colon];
        var ip = host switch
        {
            "localhost" => IPAddress.Loopback,
            "*" => IPAddress.IPv6Any,
            _ => IPAddress.TryParse(host, out var parsed) ? parsed : null,
        };
        if (ip is null)
        {
            fault = $"'{host}' is no IP address, 'localhost' or '*'.";
            return false;
        }

        address = new ListenAddress(new IPEndPoint(ip, port), text);
        return true;
    }

    /// <summary>Reads an address that is one.</summary>
    public static ListenAddress Parse(string text) => TryParse(text, out var address, out var fault) ? address : throw new FormatException(fault);

    private static bool TryParseUnix(string text, [NotNullWhen(true)] out ListenAddress? address, ref string fault)
    {
        address = null;
        var path = text["unix:".Length..];
        if (!Path.IsPathRooted(path))
        {
            fault = $"'{path}' is no absolute path to a Unix domain socket.";
            return false;
        }

        try
        {
            address = new ListenAddress(new UnixDomainSocketEndPoint(path), text);
            return true;
        }
        catch (ArgumentOutOfRangeException)
        {
            fault = $"The path '{path}' is too long for a Unix domain socket.";
            return false;
        }
    }
}
