using System.Security.Cryptography;

namespace Broker.Authentication;

/// <summary>Random text that is used once.</summary>
public static class Nonce
{
    // 192 bits; a multiple of three, for there are peers that join base64 texts wrongly when they are padded.
    private const int Octets = 24;

    /// <summary>A new nonce: base64 of 24 octets.</summary>
    public static string Create() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(Octets));
}
