using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Broker.Security;

/// <summary>Somebody who vouches for certificates.</summary>
internal sealed class TestAuthority : IDisposable
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly ECDsa _key;

    private TestAuthority(ECDsa key, X509Certificate2 certificate)
    {
        _key = key;
        Certificate = certificate;
    }

    /// <summary>Its own certificate.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>One that nobody vouches for but itself.</summary>
    public static TestAuthority Root(string name)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = Request(name, key, isAuthority: true).CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(100));
        return new TestAuthority(key, X509CertificateLoader.LoadCertificate(made.RawData));
    }

    /// <summary>One that this one vouches for.</summary>
    public TestAuthority Intermediate(string name)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new TestAuthority(key, Sign(Request(name, key, isAuthority: true), TimeProvider.System.GetUtcNow().AddDays(100)));
    }

    /// <summary>A certificate with its key.</summary>
    /// <param name="name">Whose.</param>
    /// <param name="purpose">What it is for.</param>
    /// <param name="issuerAddress">Where it says that its issuer's certificate can be fetched.</param>
    /// <param name="expires">When it ends.</param>
    public X509Certificate2 Issue(string name, string purpose = ClientAuthentication, string? issuerAddress = null, DateTimeOffset? expires = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(name, key, isAuthority: false);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
        if (issuerAddress is not null)
        {
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(ocspUris: null, caIssuersUris: [issuerAddress]));
        }

        using var made = Sign(request, expires ?? TimeProvider.System.GetUtcNow().AddDays(90));
        return made.CopyWithPrivateKey(key);
    }

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }

    private static CertificateRequest Request(string name, ECDsa key, bool isAuthority)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, hasPathLengthConstraint: false, 0, critical: true));
        return request;
    }

    private X509Certificate2 Sign(CertificateRequest request, DateTimeOffset expires) => request.Create(
        Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), expires.AddDays(-100), expires, RandomNumberGenerator.GetBytes(8));
}
