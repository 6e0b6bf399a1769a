using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Broker.Authentication;

/// <summary>
/// Challenges and signatures of cryptosign (WAMP specification, "Computing the Signature"). What is signed is the challenge, combined by XOR with
/// the id of the TLS channel where there is channel binding; what is sent is hex of the signature and, behind it, of what was signed.
/// </summary>
public static class CryptosignSignature
{
    /// <summary>The length of challenges and channel ids in octets.</summary>
    public const int ChallengeLength = 32;

    /// <summary>The length of what is sent in octets: signature and message.</summary>
    public const int Length = Ed25519.SignatureLength + ChallengeLength;

    /// <summary>A new random challenge in hex.</summary>
    public static string NewChallenge() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(ChallengeLength));

    /// <summary>Reads hex of a known number of octets, in letters of either case.</summary>
    public static bool TryReadHex(string? text, int length, [NotNullWhen(true)] out byte[]? octets)
    {
        octets = text?.Length == length * 2 ? new byte[length] : null;
        if (octets is not null && Convert.FromHexString(text!, octets, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            octets = null;
        }

        return octets is not null;
    }

    /// <summary>What is signed.</summary>
    /// <param name="challenge">32 octets.</param>
    /// <param name="channelId">32 octets, or empty without channel binding.</param>
    /// <exception cref="ArgumentException">One of them has another length.</exception>
    public static byte[] Message(ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> channelId)
    {
        if (challenge.Length != ChallengeLength || (channelId.Length != ChallengeLength && !channelId.IsEmpty))
        {
            throw new ArgumentException($"Challenge and channel id have {ChallengeLength} octets.");
        }

        var message = challenge.ToArray();
        for (var i = 0; i < channelId.Length; i++)
        {
            message[i] ^= channelId[i];
        }

        return message;
    }

    /// <summary>Signs a challenge.</summary>
    /// <param name="privateKey">32 octets.</param>
    /// <param name="challenge">32 octets.</param>
    /// <param name="channelId">32 octets, or empty without channel binding.</param>
    /// <returns>What is sent: 192 hex digits.</returns>
    /// <exception cref="PlatformNotSupportedException">See <see cref="Ed25519.IsAvailable"/>.</exception>
    public static string Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> channelId = default)
    {
        var message = Message(challenge, channelId);
        return Compose(Ed25519.Sign(privateKey, message), message);
    }

    /// <summary>What is sent, of a signature made elsewhere.</summary>
    /// <param name="signature">64 octets, over <paramref name="message"/>.</param>
    /// <param name="message">Of <see cref="Message"/>.</param>
    public static string Compose(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message) =>
        Convert.ToHexStringLower(signature) + Convert.ToHexStringLower(message);

    /// <summary>Whether what was sent is the signature of this challenge on this channel by this key, and nothing else.</summary>
    /// <param name="publicKey">32 octets.</param>
    /// <param name="challenge">32 octets.</param>
    /// <param name="channelId">32 octets, or empty without channel binding.</param>
    /// <param name="sent">AUTHENTICATE.Signature, or <c>CHALLENGE.Extra.signature</c>.</param>
    /// <exception cref="PlatformNotSupportedException">See <see cref="Ed25519.IsAvailable"/>.</exception>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> channelId, string? sent)
    {
        var message = Message(challenge, channelId);
        return TryReadHex(sent, Length, out var octets)
            && CryptographicOperations.FixedTimeEquals(octets.AsSpan(Ed25519.SignatureLength), message)
            && Ed25519.Verify(publicKey, message, octets.AsSpan(0, Ed25519.SignatureLength));
    }
}
