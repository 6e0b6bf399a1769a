using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Broker.Peers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Broker.Authentication;

/// <summary>Clients who are known by their TLS certificate.</summary>
public sealed class ClientCertificateLoginTests
{
    private static readonly X509Certificate2 Device = Certificate(
        "CN=sensor-7, O=Example", dns: "sensor-7.devices.example.com", email: "Seven@example.com", uri: "spiffe://example.com/sensor/7");

    private static readonly CertificateRule[] Rules =
    [
        new() { Name = CertificateName.Dns, Value = "*.devices.example.com", Roles = ["device", "technician"], AuthId = "the sensor" },
        new() { Name = CertificateName.CommonName, Value = "*", Roles = ["guest"] },
    ];

    [Theory]
    [InlineData(CertificateName.CommonName, "sensor-7", "sensor-7")]
    [InlineData(CertificateName.CommonName, "Sensor-7", null)]
    [InlineData(CertificateName.CommonName, "sensor-*", "sensor-7")]
    [InlineData(CertificateName.CommonName, "*", "sensor-7")]
    [InlineData(CertificateName.CommonName, "sensor", null)]
    [InlineData(CertificateName.CommonName, "sensor-7*", null)]
    [InlineData(CertificateName.Dns, "*.devices.example.com", "sensor-7.devices.example.com")]
    [InlineData(CertificateName.Dns, "SENSOR-7.devices.example.com", "sensor-7.devices.example.com")]
    [InlineData(CertificateName.Dns, "*.example.org", null)]
    [InlineData(CertificateName.Email, "seven@EXAMPLE.com", "Seven@example.com")]
    [InlineData(CertificateName.Uri, "spiffe://example.com/*", "spiffe://example.com/sensor/7")]
    [InlineData(CertificateName.Uri, "spiffe://example.com/sensor", null)]
    [InlineData(CertificateName.Fingerprint, "own", "own")]
    [InlineData(CertificateName.Fingerprint, "other", null)]
    [Trait("wamp", "SEC-03")]
    public async Task A_rule_names_the_certificates_that_it_is_for(CertificateName name, string value, string? authId)
    {
        var own = Device.GetCertHashString(HashAlgorithmName.SHA256);
        var rule = new CertificateRule
        {
            Name = name,
            Value = value.Replace("own", own.ToLowerInvariant(), StringComparison.Ordinal).Replace(
                "other", new string('0', 64), StringComparison.Ordinal),
            Roles = ["device"],
        };

        var result = await BeginAsync(Device, authId: null, role: null, rule);

        Assert.Equal(authId is "own" ? own : authId, (result as AuthenticationResult.Accepted)?.Identity.AuthId);
        Assert.Equal(authId is null, result is AuthenticationResult.Refused { Reason: "wamp.error.authentication_denied" });
    }

    [Theory]
    [InlineData(null, null, "device")]
    [InlineData("the sensor", "technician", "technician")]
    [InlineData("the sensor", "guest", null)]
    [InlineData("sensor-7", null, null)]
    [Trait("wamp", "SEC-03")]
    [Trait("wamp", "AUT-11")]
    public async Task The_first_rule_that_fits_counts(string? authId, string? asked, string? granted)
    {
        var result = await BeginAsync(Device, authId, asked, Rules);

        Assert.Equal(granted, (result as AuthenticationResult.Accepted)?.Identity.AuthRole);
        Assert.Equal(granted is null, result is AuthenticationResult.Refused);
        if (result is AuthenticationResult.Accepted accepted)
        {
            Assert.Equal(
                ("the sensor", "tls", "x509"), (accepted.Identity.AuthId, accepted.Identity.AuthMethod, accepted.Identity.AuthProvider));
            Assert.Equal(Device.NotAfter.ToUniversalTime(), accepted.Expires!.Value.UtcDateTime);
        }
    }

    [Theory]
    [InlineData("sensor-7", false)]
    [InlineData("the boss", true)]
    [Trait("wamp", "SEC-03")]
    public async Task A_name_that_is_somebodys_of_another_rule_is_nobodys(string authId, bool isAccepted)
    {
        CertificateRule[] rules =
        [
            new() { Name = CertificateName.Fingerprint, Value = new string('0', 64), Roles = ["admin"], AuthId = authId },
            new() { Name = CertificateName.CommonName, Value = "*", Roles = ["guest"] },
        ];

        var result = await BeginAsync(Device, authId: null, role: null, rules);

        Assert.Equal(isAccepted, result is AuthenticationResult.Accepted);
        Assert.Equal(!isAccepted, result is AuthenticationResult.Refused { Reason: "wamp.error.authentication_denied" });
        Assert.Equal(isAccepted, new ClientCertificateAuthenticator(rules).StillAccepts(new AcceptedClient(
            "realm1",
            "tls",
            new Sessions.SessionIdentity("sensor-7", "guest", "tls", "x509"),
            Evidence: null,
            new TransportInfo { ClientCertificate = Device })));
    }

    [Theory]
    [InlineData("CN=joe, CN=admin")]
    [InlineData("O=Example")]
    [InlineData("CN=\"joe\nadmin\"")]
    public async Task A_subject_without_one_plain_name_names_nobody(string subject)
    {
        Assert.IsType<AuthenticationResult.Refused>(await BeginAsync(Certificate(subject), null, null, Rules));
    }

    [Fact]
    [Trait("wamp", "TIC-05")]
    public async Task A_client_without_a_certificate_is_left_to_its_next_method()
    {
        await using var router = await Login.StartRouterAsync(new ClientCertificateAuthenticator(Rules), new AnonymousAuthenticator());
        await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.WebSocket);
        await peer.SendAsync("""[1,"realm1",{"roles":{"caller":{}},"authmethods":["tls","anonymous"]}]""");
        Assert.Equal("anonymous", (await peer.ExpectAsync("[2,*]"))[2].GetProperty("authmethod").GetString());

        await using var other = await TestPeer.ConnectAsync(router, PeerTransport.RawSocket);
        await other.SendAsync(Login.Hello("tls", null));
        Assert.Contains("certificate", await other.ExpectAbortAsync("wamp.error.authentication_required"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [Trait("wamp", "SEC-03")]
    [Trait("wamp", "AUT-13")]
    public async Task The_certificate_of_a_real_TLS_connection_counts(bool usesUniversalPort, bool showsCertificate)
    {
        using var server = Certificate("CN=localhost", dns: "localhost");
        await using var app = await StartTlsAsync(server, usesUniversalPort);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("wamp.2.json");
        client.Options.RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHashString() == server.GetCertHashString();
        if (showsCertificate)
        {
            client.Options.ClientCertificates.Add(Device);
        }

        await client.ConnectAsync(new Uri($"wss://localhost:{new Uri(address).Port}/ws"), TestContext.Current.CancellationToken);
        await client.SendAsync(
            Encoding.UTF8.GetBytes(Login.Hello("tls", null)), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);
        var answer = await ReceiveAsync(client);

        Assert.Equal(showsCertificate ? 2 : 3, answer[0].GetInt32());
        Assert.Equal(showsCertificate ? "the sensor" : null, showsCertificate ? answer[2].GetProperty("authid").GetString() : null);
        client.Abort();
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    [Trait("wamp", "SEC-03")]
    public async Task The_certificate_of_a_trusted_proxy_is_not_its_clients()
    {
        using var server = Certificate("CN=localhost", dns: "localhost");
        await using var app = await StartTlsAsync(server, usesUniversalPort: true, trustsProxies: true);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("wamp.2.json");
        client.Options.SetRequestHeader("X-Forwarded-For", "192.0.2.1");
        client.Options.RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHashString() == server.GetCertHashString();
        client.Options.ClientCertificates.Add(Device);
        await client.ConnectAsync(new Uri($"wss://localhost:{new Uri(address).Port}/ws"), TestContext.Current.CancellationToken);
        await client.SendAsync(
            Encoding.UTF8.GetBytes(Login.Hello("tls", null)), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);

        var answer = await ReceiveAsync(client);

        Assert.Equal((3, "wamp.error.authentication_required"), (answer[0].GetInt32(), answer[2].GetString()));
        client.Abort();
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    [Trait("wamp", "SEC-03")]
    public async Task RawSocket_over_TLS_has_it_too()
    {
        using var server = Certificate("CN=localhost", dns: "localhost");
        await using var app = await StartTlsAsync(server, usesUniversalPort: true);
        var port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ClientCertificates = [Device],
                EnabledSslProtocols = SslProtocols.Tls13,
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHashString() == server.GetCertHashString(),
            },
            TestContext.Current.CancellationToken);
        await tls.WriteAsync(new byte[] { 0x7F, 0xF1, 0, 0 }, TestContext.Current.CancellationToken);
        var handshake = new byte[4];
        await tls.ReadExactlyAsync(handshake, TestContext.Current.CancellationToken);

        await tls.WriteAsync(TestPeer.RawFrame(0, Encoding.UTF8.GetBytes(Login.Hello("tls", "the sensor", role: "technician"))),
            TestContext.Current.CancellationToken);
        await tls.ReadExactlyAsync(handshake, TestContext.Current.CancellationToken);
        var message = new byte[(handshake[1] << 16) | (handshake[2] << 8) | handshake[3]];
        await tls.ReadExactlyAsync(message, TestContext.Current.CancellationToken);

        Assert.Equal("technician", JsonElement.Parse(Encoding.UTF8.GetString(message))[2].GetProperty("authrole").GetString());
        socket.Close();
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(CertificateName.CommonName, "", 1, "fits none")]
    [InlineData(CertificateName.CommonName, "a*b", 1, "fits none")]
    [InlineData(CertificateName.CommonName, "*a*", 1, "fits none")]
    [InlineData(CertificateName.CommonName, "a", 0, "no role")]
    [InlineData(CertificateName.Fingerprint, "AB:CD", 1, "64 hex digits")]
    public void A_rule_that_cannot_work_is_refused_at_the_start(CertificateName name, string value, int roles, string told)
    {
        var rule = new CertificateRule { Name = name, Value = value, Roles = [.. Enumerable.Repeat("guest", roles)] };

        Assert.Contains(
            told, Assert.Throws<ArgumentException>(() => new ClientCertificateAuthenticator(rule)).Message, StringComparison.Ordinal);
    }

    private static ValueTask<AuthenticationResult> BeginAsync(
        X509Certificate2 certificate, string? authId, string? role, params CertificateRule[] rules) =>
        new ClientCertificateAuthenticator(rules).BeginAsync(
            new AuthenticationRequest
            {
                Realm = "realm1",
                SessionId = 1,
                AuthId = authId,
                AuthRole = role,
                Transport = new TransportInfo { IsEncrypted = true, ClientCertificate = certificate },
            },
            TestContext.Current.CancellationToken);

    private static async Task<WebApplication> StartTlsAsync(X509Certificate2 server, bool usesUniversalPort, bool trustsProxies = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddWampRouter(options =>
        {
            options.Authenticators["realm1"] = [new ClientCertificateAuthenticator(Rules)];
            options.Listeners["front"] = new() { TrustedProxies = trustsProxies ? [IPNetwork.Parse("127.0.0.0/8"),
                IPNetwork.Parse("::1/128")] : [] };
        });
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.UseHttps(server, https =>
            {
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.ClientCertificateValidation = (shown, _, _) => shown.Thumbprint == Device.Thumbprint;
            });
            if (usesUniversalPort)
            {
                listen.UseWamp(name: "front");
            }
        }));
        var app = builder.Build();
        app.MapWamp();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static async Task<JsonElement> ReceiveAsync(ClientWebSocket client)
    {
        var buffer = new byte[64 * 1024];
        var count = 0;
        ValueWebSocketReceiveResult part;
        do
        {
            part = await client.ReceiveAsync(buffer.AsMemory(count), TestContext.Current.CancellationToken);
            count += part.Count;
        }
        while (!part.EndOfMessage);
        return JsonElement.Parse(Encoding.UTF8.GetString(buffer, 0, count));
    }

    private static X509Certificate2 Certificate(string subject, string? dns = null, string? email = null, string? uri = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        if (dns is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            names.AddDnsName("other.example.net");
            names.AddDnsName(dns);
            if (email is not null)
            {
                names.AddEmailAddress(email);
            }

            if (uri is not null)
            {
                names.AddUri(new Uri(uri));
            }

            request.CertificateExtensions.Add(names.Build());
        }

        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null); // a key that TLS can use everywhere
    }
}
