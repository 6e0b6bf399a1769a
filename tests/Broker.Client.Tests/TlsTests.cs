using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Broker.Client;

/// <summary>TLS under WebSocket (WAMP specification, "Security Model").</summary>
public sealed class TlsTests
{
    [Fact, Trait("wamp", "SEC-02"), Trait("wamp", "SEC-01")]
    public async Task ACertificateThatThisMachineDoesNotTrustIsRefused()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var connecting = WampClient.ConnectAsync($"wss://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/ws", "realm1");
        var octets = CountOctetsAsync(listener);

        var exception = await Assert.ThrowsAnyAsync<WampConnectException>(() => connecting.Soon());

        Assert.Contains(Causes(exception), cause => cause is AuthenticationException);
        Assert.Equal(0, await octets.Soon());
    }

    /// <summary>How many octets come behind the handshake of TLS.</summary>
    private static async Task<int> CountOctetsAsync(TcpListener listener)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var stream = new SslStream(new NetworkStream(await listener.AcceptSocketAsync(), ownsSocket: true));
        try
        {
            await stream.AuthenticateAsServerAsync(certificate);
            return await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false);
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            return 0;
        }
    }

    private static IEnumerable<Exception> Causes(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            yield return exception;
        }
    }
}
