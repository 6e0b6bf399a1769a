using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Broker.Authentication;

/// <summary>
/// The names in a certificate. Those with control characters are left out: nobody is called so but who wants to be taken for another.
/// </summary>
internal static class CertificateNames
{
    private const string CommonName = "2.5.4.3";
    private const string AlternativeNames = "2.5.29.17";

    public static IReadOnlyList<string> Of(X509Certificate2 certificate, CertificateName name) => name switch
    {
        CertificateName.Fingerprint => [certificate.GetCertHashString(HashAlgorithmName.SHA256)],
        CertificateName.CommonName => CommonNameOf(certificate),
        CertificateName.Email => Alternatives(certificate, tag: 1),
        CertificateName.Dns => Alternatives(certificate, tag: 2),
        CertificateName.Uri => Alternatives(certificate, tag: 6),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    private static string[] CommonNameOf(X509Certificate2 certificate)
    {
        var names = certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == CommonName)
            .Select(part => part.GetSingleElementValue() ?? "")
            .ToArray();
        return names is [var only] && IsPlain(only) ? names : []; // of several, nobody knows which is meant
    }

    /// <summary>RFC 5280, section 4.2.1.6: a list of names, each of which is an IA5String under the tag of its kind.</summary>
    private static List<string> Alternatives(X509Certificate2 certificate, int tag)
    {
        var found = new List<string>();
        foreach (var extension in certificate.Extensions.Where(extension => extension.Oid?.Value == AlternativeNames))
        {
            try
            {
                var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
                while (names.HasData)
                {
                    var wanted = new Asn1Tag(TagClass.ContextSpecific, tag);
                    if (names.PeekTag() == wanted)
                    {
                        found.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, wanted));
                    }
                    else
                    {
                        names.ReadEncodedValue();
                    }
                }
            }
            catch (AsnContentException)
            {
                return []; // broken: it names nobody
            }
        }

        found.RemoveAll(name => !IsPlain(name));
        return found;
    }

    private static bool IsPlain(string name) => name.Length > 0 && !name.Any(char.IsControl);
}
