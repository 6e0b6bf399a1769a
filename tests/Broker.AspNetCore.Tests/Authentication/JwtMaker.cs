using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Authentication.Tokens;
using Broker.Peers;

namespace Broker.Authentication;

/// <summary>Makes JSON Web Tokens, right and wrong, by hand: no library would make the wrong ones.</summary>
internal static class JwtMaker
{
    public const string HmacKey = "a shared key of more than 32 octets";

    public static readonly RSA Rsa = RSA.Create(2048);
    public static readonly ECDsa Curve256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    public static readonly ECDsa Curve521 = ECDsa.Create(ECCurve.NamedCurves.nistP521);

    /// <summary>The time at which tests begin.</summary>
    public static DateTimeOffset Now { get; } = new ManualTimeProvider().GetUtcNow();

    /// <summary>Takes tokens of all keys here, for realm1 and the audience "router", of the issuer "test".</summary>
    public static JwtOptions Options { get; } = new()
    {
        Issuers = ["test"],
        Audiences = ["router"],
        HmacKey = HmacKey,
        PublicKeys = [Rsa.ExportSubjectPublicKeyInfoPem(), Curve256.ExportSubjectPublicKeyInfoPem(),
            Curve521.ExportSubjectPublicKeyInfoPem()],
    };

    public static JsonObject Claims(string authId = "joe", string role = "device") => new()
    {
        ["iss"] = "test",
        ["aud"] = "router",
        ["sub"] = authId,
        ["role"] = role,
        ["exp"] = (Now + TimeSpan.FromMinutes(10)).ToUnixTimeSeconds(),
    };

    /// <summary>A token.</summary>
    /// <param name="algorithm">The value of <c>alg</c>.</param>
    /// <param name="claims">The payload.</param>
    /// <param name="header">More for the header.</param>
    /// <param name="hmacKey">The key of HMAC, if it is another.</param>
    public static string Sign(string algorithm, JsonObject claims, JsonObject? header = null, byte[]? hmacKey = null)
    {
        var head = header?.DeepClone().AsObject() ?? [];
        head["alg"] = algorithm;
        var text = $"{Encode(Encoding.UTF8.GetBytes(head.ToJsonString()))}.{Encode(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        var octets = Encoding.ASCII.GetBytes(text);
        byte[] signature = algorithm switch
        {
            "HS256" => HMACSHA256.HashData(hmacKey ?? Encoding.UTF8.GetBytes(HmacKey), octets),
            "RS256" => Rsa.SignData(octets, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            "PS384" => Rsa.SignData(octets, HashAlgorithmName.SHA384, RSASignaturePadding.Pss),
            "ES256" => Curve256.SignData(octets, HashAlgorithmName.SHA256),
            "ES512" => Curve521.SignData(octets, HashAlgorithmName.SHA512),
            _ => [],
        };
        return $"{text}.{Encode(signature)}";
    }

    /// <summary>A key set.</summary>
    public static string KeySet(params JsonObject[] keys) =>
        new JsonObject { ["keys"] = new JsonArray([.. keys.Select(key => key.DeepClone())]) }.ToJsonString();

    public static JsonObject RsaKey(string? id, RSA rsa)
    {
        var parameters = rsa.ExportParameters(includePrivateParameters: false);
        return new() { ["kty"] = "RSA", ["kid"] = id, ["n"] = Encode(parameters.Modulus!), ["e"] = Encode(parameters.Exponent!) };
    }

    public static JsonObject CurveKey(string id, ECDsa key, string curve)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new() { ["kty"] = "EC", ["kid"] = id, ["crv"] = curve, ["x"] = Encode(point.X!), ["y"] = Encode(point.Y!), ["use"] = "sig" };
    }

    public static string Encode(byte[] octets) => System.Buffers.Text.Base64Url.EncodeToString(octets);
}
