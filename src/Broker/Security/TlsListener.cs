using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Broker.Configuration.Sections;
using Broker.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Broker.Security;

/// <summary>
/// TLS at one listener. New handshakes use the certificate that was read last; connections that are open keep theirs, so that renewing a certificate drops nobody.
/// Thread-safe.
/// </summary>
internal sealed class TlsListener
{
    /// <summary>The purpose that a client's certificate must be for (RFC 5280 section 4.2.1.12).</summary>
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>The most that can be configured: Kestrel's own timeout never comes first, and cannot be endless.</summary>
    private static readonly TimeSpan LongestHandshake = TimeSpan.FromDays(1);

    private readonly TlsSection _tls;
    private volatile Current _current;

    /// <exception cref="InvalidDataException">A file cannot be used.</exception>
    public TlsListener(TlsSection tls)
    {
        _tls = tls;
        _current = Current.Of(CertificateFiles.Read(tls), tls);
    }

    /// <summary>The files that <see cref="Reload"/> reads.</summary>
    public IEnumerable<string> Files => _tls.ClientCa is { } authorities ? [_tls.Cert, _tls.Key, authorities] : [_tls.Cert, _tls.Key];

    /// <summary>The certificate in use.</summary>
    public X509Certificate2 Certificate => _current.Files.Certificate;

    /// <summary>The file of the certificate.</summary>
    public string File => _tls.Cert;

    /// <summary>Reads the files again.</summary>
    /// <returns>Whether the certificate is another one.</returns>
    /// <exception cref="InvalidDataException">A file cannot be used; the certificate in use stays.</exception>
    public bool Reload()
    {
        var before = _current;
        _current = Current.Of(CertificateFiles.Read(_tls), _tls);
        return !before.Files.Certificate.RawDataMemory.Span.SequenceEqual(_current.Files.Certificate.RawDataMemory.Span);
    }

    /// <summary>
    /// Puts TLS before all else at the listener. For the handshake a client has the time that the router's options name at that moment, which
    /// Kestrel's own timeout, read once, cannot be.
    /// </summary>
    /// <param name="listen">The listener, after <c>UseWampLimits</c>.</param>
    public void Use(ListenOptions listen)
    {
        var (router, time) = (listen.ApplicationServices.GetRequiredService<WampRouter>(), listen.ApplicationServices.GetRequiredService<TimeProvider>());
        listen.Use(next => async connection =>
        {
            var limit = time.CreateTimer(
                static state => ((ConnectionContext)state!).Abort(), connection, router.Options.HandshakeTimeout, Timeout.InfiniteTimeSpan);
            await using (limit.ConfigureAwait(false))
            {
                connection.Features.Set(limit);
                await next(connection).ConfigureAwait(false);
            }
        });
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(_current.Options),
            HandshakeTimeout = LongestHandshake,
        });
        listen.Use(next => connection =>
        {
            connection.Features.Get<ITimer>()!.Dispose();
            return next(connection);
        });
    }

    private sealed record Current(CertificateFiles Files, SslServerAuthenticationOptions Options)
    {
        public static Current Of(CertificateFiles files, TlsSection tls) => new(files, new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(files.Certificate, files.Chain, offline: true),
            EnabledSslProtocols = tls.MinVersion == "1.3" ? SslProtocols.Tls13 : SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            ClientCertificateRequired = tls.ClientAuth != ClientCertificates.None,
            CertificateChainPolicy = PolicyOf(files),

            // A session that is resumed has the client's certificate, but not those that the client sent along to vouch for it.
            AllowTlsResume = tls.ClientAuth == ClientCertificates.None,
            RemoteCertificateValidationCallback = (_, certificate, _, faults) =>
                certificate is null ? tls.ClientAuth != ClientCertificates.Required : faults == SslPolicyErrors.None,
        });

        /// <summary>
        /// How clients' certificates are judged: by what they send and what is configured, and by nothing that would have to be fetched. A certificate can name any address to
        /// fetch its issuer from, and whoever fetched it would do so on a thread that serves other connections, before anybody is known to be anybody.
        /// </summary>
        /// <remarks>Each connection gets a copy that shares the collections: ExtraStore, which takes what a client sends along, must stay untouched here.</remarks>
        private static X509ChainPolicy PolicyOf(CertificateFiles files)
        {
            var policy = new X509ChainPolicy
            {
                DisableCertificateDownloads = true,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
            if (files.ClientAuthorities is { } authorities)
            {
                policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
                policy.CustomTrustStore.AddRange(authorities);
            }

            return policy;
        }
    }
}
