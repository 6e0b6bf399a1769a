namespace Broker.Authentication;

/// <summary>A name in a TLS client certificate.</summary>
public enum CertificateName
{
    /// <summary>The SHA-256 fingerprint of the certificate, in hex.</summary>
    Fingerprint,

    /// <summary>The one common name of the subject.</summary>
    CommonName,

    /// <summary>A DNS name among the subject's alternative names.</summary>
    Dns,

    /// <summary>An e-mail address among the subject's alternative names.</summary>
    Email,

    /// <summary>A URI among the subject's alternative names, such as a SPIFFE id.</summary>
    Uri,
}

/// <summary>Which certificates a <see cref="ClientCertificateAuthenticator"/> takes, and for whom. Immutable.</summary>
public sealed record CertificateRule
{
    /// <summary>The name that is looked at.</summary>
    public required CertificateName Name { get; init; }

    /// <summary>
    /// What it must be: the whole name, or its end or beginning with a <c>*</c> for the rest, such as <c>*.devices.example.com</c> or
    /// <c>spiffe://example.com/*</c>. DNS names, e-mail addresses and fingerprints are compared without regard to case; a fingerprint has
    /// no <c>*</c>.
    /// </summary>
    public required string Value { get; init; }

    /// <summary>The roles of such clients: the first one, unless HELLO asks for another of them.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>Their authid; null: the name that fits, unless it is one that another rule names here.</summary>
    public string? AuthId { get; init; }

    /// <summary>The first name that fits, or null.</summary>
    internal string? Match(IReadOnlyList<string> names)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (Fits(names[i]))
            {
                return names[i];
            }
        }

        return null;
    }

    private bool Fits(string name)
    {
        var comparison = Name is CertificateName.CommonName or CertificateName.Uri
            ? StringComparison.Ordinal
            : StringComparison.OrdinalIgnoreCase;
        return Value switch
        {
            ['*', .. var end] => name.Length > end.Length && name.EndsWith(end, comparison),
            [.. var start, '*'] => name.Length > start.Length && name.StartsWith(start, comparison),
            _ => string.Equals(name, Value, comparison),
        };
    }
}
