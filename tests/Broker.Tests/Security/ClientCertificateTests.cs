using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Broker.Hosting;
using Broker.Configuration.Sections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Broker.Security;

/// <summary>Which client certificates a listener takes, over real TLS connections.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private const string Nobody = "nobody";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly string _folder = Directory.CreateTempSubdirectory("broker-").FullName;
    private readonly TestAuthority _root = TestAuthority.Root("root");

    public static MatrixTheoryData<string, SslProtocols> Handshakes { get; } = new(
        [nameof(ClientCertificates.Optional), nameof(ClientCertificates.Required)], [SslProtocols.Tls12, SslProtocols.Tls13]);

    [Theory]
    [MemberData(nameof(Handshakes))]
    public async Task Nothing_is_fetched_from_where_a_clients_certificate_says(string asked, SslProtocols version)
    {
        await using var server = await ServeAsync(asked);
        await ExpectNothingFetchedAsync(server, version);
    }

    /// <summary>What the documentation tells applications that embed the router (docs/security.md).</summary>
    [Theory]
    [InlineData(ClientCertificateMode.AllowCertificate)]
    [InlineData(ClientCertificateMode.RequireCertificate)]
    public async Task Nor_is_it_where_an_application_says_so(ClientCertificateMode mode)
    {
        using var own = Reloaded(_root.Issue("localhost", ServerAuthentication));
        await using var server = await ServeAsync(listen => listen.UseHttps(own, https =>
        {
            https.ClientCertificateMode = mode;
            https.OnAuthenticate = (_, ssl) => ssl.CertificateChainPolicy = new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck };
        }));

        await ExpectNothingFetchedAsync(server, SslProtocols.Tls13);
    }

    private async Task ExpectNothingFetchedAsync(WebApplication server, SslProtocols version)
    {
        using var trap = new TcpListener(IPAddress.Loopback, 0);
        trap.Start();
        var fetched = CountFetchesAsync(trap);
        using var stranger = TestAuthority.Root("stranger");
        using var unknown = stranger.Intermediate("unknown");
        using var shown = unknown.Issue("joe", issuerAddress: $"http://{trap.LocalEndpoint}/unknown.cer");
        using var known = _root.Intermediate("known");
        using var incomplete = known.Issue("jane", issuerAddress: $"http://{trap.LocalEndpoint}/known.cer");

        Assert.Null(await GetAsync(server, version, shown));
        Assert.Null(await GetAsync(server, version, incomplete));

        trap.Stop();
        Assert.Equal(0, await fetched);
    }

    [Theory]
    [MemberData(nameof(Handshakes))]
    public async Task Certificates_that_a_client_sends_along_lead_to_those_that_are_trusted(string asked, SslProtocols version)
    {
        using var first = _root.Intermediate("first");
        using var second = first.Intermediate("second");
        using var shown = second.Issue("joe");
        await using var server = await ServeAsync(asked);

        for (var i = 0; i < 3; i++) // a session of TLS that is resumed knows the client as well as the first one
        {
            Assert.Equal("CN=joe", await GetAsync(server, version, shown, second.Certificate, first.Certificate));
        }

        Assert.Null(await GetAsync(server, version, shown, second.Certificate)); // what others have sent before counts for them alone
    }

    [Theory]
    [InlineData(nameof(ClientCertificates.None), Nobody)]
    [InlineData(nameof(ClientCertificates.Optional), "CN=joe")]
    [InlineData(nameof(ClientCertificates.Required), "CN=joe")]
    public async Task A_certificate_that_a_trusted_one_has_issued_is_taken_where_clients_are_asked_for_one(string asked, string client)
    {
        using var shown = _root.Issue("joe");
        await using var server = await ServeAsync(asked);

        Assert.Equal(client, await GetAsync(server, SslProtocols.Tls13, shown));
    }

    [Fact]
    public async Task What_clients_do_not_send_along_can_be_configured()
    {
        using var known = _root.Intermediate("known");
        using var shown = known.Issue("joe");
        await using var server = await ServeAsync(nameof(ClientCertificates.Required), alsoKnown: known);

        Assert.Equal("CN=joe", await GetAsync(server, SslProtocols.Tls13, shown));
    }

    [Fact]
    public async Task Others_are_refused()
    {
        using var stranger = TestAuthority.Root("root"); // the name is not what counts
        using var strange = stranger.Issue("joe");
        using var server = _root.Issue("joe", ServerAuthentication);
        using var expired = _root.Issue("joe", expires: TimeProvider.System.GetUtcNow().AddMinutes(-1));
        await using var listener = await ServeAsync(nameof(ClientCertificates.Optional));

        Assert.Null(await GetAsync(listener, SslProtocols.Tls13, strange));
        Assert.Null(await GetAsync(listener, SslProtocols.Tls13, strange, stranger.Certificate));
        Assert.Null(await GetAsync(listener, SslProtocols.Tls13, server));
        Assert.Null(await GetAsync(listener, SslProtocols.Tls13, expired));
    }

    [Theory]
    [InlineData(nameof(ClientCertificates.Optional), Nobody)]
    [InlineData(nameof(ClientCertificates.Required), null)]
    public async Task A_client_without_a_certificate_is_refused_only_where_one_is_required(string asked, string? client)
    {
        await using var server = await ServeAsync(asked);

        Assert.Equal(client, await GetAsync(server, SslProtocols.Tls13, shown: null));
    }

    public void Dispose()
    {
        _root.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A server whose page is the subject of the client's certificate.</summary>
    private async Task<WebApplication> ServeAsync(string asked, TestAuthority? alsoKnown = null)
    {
        using var own = _root.Issue("localhost", ServerAuthentication);
        using var key = own.GetECDsaPrivateKey()!;
        var tls = new TlsListener(new TlsSection
        {
            Cert = Write("cert.pem", own.ExportCertificatePem()),
            Key = Write("key.pem", key.ExportPkcs8PrivateKeyPem()),
            ClientCa = Write("clients.pem", $"{_root.Certificate.ExportCertificatePem()}\n{alsoKnown?.Certificate.ExportCertificatePem()}"),
            ClientAuth = Enum.Parse<ClientCertificates>(asked),
        });
        return await ServeAsync(tls.Use);
    }

    private static async Task<WebApplication> ServeAsync(Action<ListenOptions> secure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddWampRouter();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, secure));
        var app = builder.Build();
        app.Run(http => http.Response.WriteAsync(http.Connection.ClientCertificate?.Subject ?? Nobody));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    /// <summary>With a key that TLS can use everywhere.</summary>
    private static X509Certificate2 Reloaded(X509Certificate2 made)
    {
        using (made)
        {
            return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null);
        }
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>What the server knows of a client that shows a certificate; null where the server refuses it.</summary>
    private static async Task<string?> GetAsync(WebApplication server, SslProtocols version, X509Certificate2? shown, params X509Certificate2[] sentAlong)
    {
        var address = new Uri(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, address.Port, TestContext.Current.CancellationToken);
        await using var stream = new SslStream(socket.GetStream());
        try
        {
            var options = new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = version,
                ClientCertificateContext = shown is null ? null : SslStreamCertificateContext.Create(shown, [.. sentAlong], offline: true),
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=localhost", // the client is not what is looked at here
            };
            await stream.AuthenticateAsClientAsync(options, TestContext.Current.CancellationToken);
            await stream.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            var lines = (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).Split("\r\n");
            return lines.FirstOrDefault(line => line.StartsWith("CN=", StringComparison.Ordinal) || line == Nobody);
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            return null;
        }
    }

    /// <summary>How often somebody has come until the listener was stopped.</summary>
    private static async Task<int> CountFetchesAsync(TcpListener trap)
    {
        var count = 0;
        while (true)
        {
            try
            {
                using var visitor = await trap.AcceptTcpClientAsync();
                count++;
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return count;
            }
        }
    }
}
