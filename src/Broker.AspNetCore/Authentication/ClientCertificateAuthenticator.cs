using System.Security.Cryptography.X509Certificates;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Authentication;

/// <summary>
/// Method <c>tls</c>: the client is who its TLS certificate says. That the certificate is one to be trusted, the listener has checked; here
/// its names are looked at. A session ends when the certificate does.
/// </summary>
public sealed class ClientCertificateAuthenticator : IWampAuthenticator
{
    private readonly CertificateRule[] _rules;
    private readonly HashSet<string> _named;

    /// <param name="rules">
    /// Who is taken: the first rule that fits counts. An authid that a rule names is for that rule to grant: where another makes it of a name, the
    /// certificate is denied.
    /// </param>
    /// <exception cref="ArgumentException">A rule cannot fit or grants no role; the message says which.</exception>
    public ClientCertificateAuthenticator(params IReadOnlyList<CertificateRule> rules)
    {
        foreach (var rule in rules)
        {
            if (rule.Roles.Count == 0)
            {
                throw new ArgumentException($"The rule for certificates of {rule.Name} {rule.Value} grants no role.");
            }

            var stars = rule.Value.Count(c => c == '*');
            if (rule.Value.Length == 0 || stars > 1 || (stars == 1 && rule.Value is not (['*', ..] or [.., '*'])))
            {
                throw new ArgumentException(
                    $"The rule for certificates of {rule.Name} '{rule.Value}' fits none: a * stands at its beginning or its end.");
            }

            if (rule.Name == CertificateName.Fingerprint && !CryptosignSignature.TryReadHex(rule.Value, 32, out _))
            {
                throw new ArgumentException($"The fingerprint {rule.Value} is not the SHA-256 of a certificate in 64 hex digits.");
            }
        }

        _rules = [.. rules];
        _named = [.. rules.Select(rule => rule.AuthId).OfType<string>()];
    }

    /// <inheritdoc/>
    public string Method => AuthMethods.Tls;

    /// <summary>
    /// Authids that no certificate makes anybody by its name alone: those of users that other methods know. Who is so called in a certificate would else count
    /// as that user wherever authids count: in limits, in <c>publisher_authid</c>, and where sessions are ended by authid.
    /// </summary>
    public IReadOnlySet<string> Reserved { get; init; } = new HashSet<string>();

    /// <inheritdoc/>
    public ValueTask<AuthenticationResult> BeginAsync(AuthenticationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return ValueTask.FromResult(request.Transport.ClientCertificate is { } certificate
            ? Judge(request, certificate)
            : new AuthenticationResult.Declined(
                ErrorUris.AuthenticationRequired,
                "The method tls needs a client certificate: connect by TLS, and show one that the router trusts."));
    }

    /// <inheritdoc/>
    public bool StillAccepts(AcceptedClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.Transport.ClientCertificate is { } certificate
            && Find(certificate) is var (rule, authId)
            && authId == client.Identity.AuthId
            && rule.Roles.Contains(client.Identity.AuthRole);
    }

    private AuthenticationResult Judge(AuthenticationRequest request, X509Certificate2 certificate) =>
        Find(certificate) is not var (rule, authId) || (request.AuthId is { Length: > 0 } asked && asked != authId)
            ? Verdict.Denied
            : Verdict.Accept(
                request,
                new SessionIdentity(authId, "", AuthMethods.Tls, "x509"),
                rule.Roles,
                expires: new DateTimeOffset(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero));

    /// <summary>The first rule that fits, and who that makes the client; null: nobody.</summary>
    private (CertificateRule Rule, string AuthId)? Find(X509Certificate2 certificate)
    {
        foreach (var rule in _rules)
        {
            if (rule.Match(CertificateNames.Of(certificate, rule.Name)) is { } name)
            {
                return rule.AuthId is { } authId ? (rule, authId) : _named.Contains(name) || Reserved.Contains(name) ? null : (rule, name);
            }
        }

        return null;
    }
}
