using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Broker.Configuration.Sections;

namespace Broker.Security;

/// <summary>A certificate with its chain, and who vouches for clients, read from PEM files. Immutable.</summary>
internal sealed class CertificateFiles
{
    private CertificateFiles(X509Certificate2 certificate, X509Certificate2Collection chain, X509Certificate2Collection? clientAuthorities)
    {
        Certificate = certificate;
        Chain = chain;
        ClientAuthorities = clientAuthorities;
    }

    /// <summary>The certificate, with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Those that vouch for it, to be sent along.</summary>
    public X509Certificate2Collection Chain { get; }

    /// <summary>Who vouches for clients; null: those that the system trusts.</summary>
    public X509Certificate2Collection? ClientAuthorities { get; }

    /// <summary>Reads the files.</summary>
    /// <exception cref="InvalidDataException">A file cannot be used; the message is one sentence.</exception>
    public static CertificateFiles Read(TlsSection tls)
    {
        var certificate = Read(tls.Cert, () => X509Certificate2.CreateFromPemFile(tls.Cert, tls.Key), $" or its key '{tls.Key}'");
        var chain = new X509Certificate2Collection();
        Read(tls.Cert, () => Import(chain, tls.Cert));
        chain.RemoveAt(0); // the certificate itself comes first
        X509Certificate2Collection? authorities = null;
        if (tls.ClientCa is { } file)
        {
            authorities = [];
            Read(file, () => Import(authorities, file));
        }

        return new CertificateFiles(certificate, chain, authorities);
    }

    private static int Import(X509Certificate2Collection collection, string file)
    {
        collection.ImportFromPemFile(file);
        return collection.Count > 0 ? collection.Count : throw new CryptographicException("there is no certificate in it");
    }

    private static T Read<T>(string file, Func<T> read, string others = "")
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"The certificate '{file}'{others} cannot be used: {exception.Message.TrimEnd('.')}.", exception);
        }
    }
}
