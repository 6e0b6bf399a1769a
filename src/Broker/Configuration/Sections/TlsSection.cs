using Broker.Configuration.Keys;

namespace Broker.Configuration.Sections;

/// <summary>TLS at a listener.</summary>
internal sealed record TlsSection
{
    /// <summary>The certificate.</summary>
    [Key("The file with the certificate and those that vouch for it, in PEM.", Format = TextFormat.File, Example = "\"/etc/broker/cert.pem\"", NeedsRestart = true)]
    public required string Cert { get; init; }

    /// <summary>Its key.</summary>
    [Key("The file with the certificate's private key, in PEM.", Format = TextFormat.File, Example = "\"/etc/broker/key.pem\"", NeedsRestart = true)]
    public required string Key { get; init; }

    /// <summary>Who vouches for clients.</summary>
    [Key(
        "The file with the certificates that vouch for clients, in PEM: roots, and intermediate ones that clients do not send along. null: "
        + "those that the system trusts.",
        Format = TextFormat.File,
        NeedsRestart = true)]
    public string? ClientCa { get; init; }

    /// <summary>Whether clients show certificates.</summary>
    [Key("Whether clients show a certificate of their own.", NeedsRestart = true)]
    public ClientCertificates ClientAuth { get; init; }

    /// <summary>The least version.</summary>
    [Key("The least version of TLS.", Format = TextFormat.TlsVersion, NeedsRestart = true)]
    public string MinVersion { get; init; } = "1.2";
}

/// <summary>Whether clients show certificates.</summary>
internal enum ClientCertificates
{
    /// <summary>They are not asked.</summary>
    None,

    /// <summary>They are asked, and may have none.</summary>
    Optional,

    /// <summary>Without one nobody connects.</summary>
    Required,
}
