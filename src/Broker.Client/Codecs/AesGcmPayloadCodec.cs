using System.Security.Cryptography;
using Broker.Options;
using Broker.Serialization;

namespace Broker.Client.Codecs;

/// <summary>
/// End-to-end encryption by AES-256-GCM (NIST SP 800-38D; <c>ppt_cipher: aes256gcm</c>) for the scheme <c>wamp</c> or one of your own. The
/// router and whoever listens in see topic or procedure, the id of the key and the length; a payload that was changed, or encrypted by
/// another key, is refused. Thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// The octets are a nonce of 12, the encrypted dict of args and kwargs, and a tag of 16. The specification names the cipher and not this
/// layout; it is the usual one. Nonces are random: one key should encrypt no more than 2^32 payloads.
/// </para>
/// <para>
/// Topic, procedure, order and time are not part of what is authenticated: a router that is an enemy can repeat an old payload or send it
/// elsewhere. Put into the arguments what must not be mistaken, and look at <see cref="WampEvent.Passthru"/>,
/// <see cref="WampInvocation.Passthru"/> and <see cref="WampResult.Passthru"/> where a payload that was never encrypted must not be taken.
/// </para>
/// </remarks>
public sealed class AesGcmPayloadCodec : IPayloadCodec
{
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int KeyLength = 32;

    private readonly Func<string?, byte[]?> _findKey;

    /// <param name="findKey">
    /// Finds the key of 32 bytes of a key id, which is null where a message names none; null for one that is unknown. Called for each
    /// payload, from any thread; the array is not kept.
    /// </param>
    /// <exception cref="PlatformNotSupportedException">This machine has no AES-GCM.</exception>
    public AesGcmPayloadCodec(Func<string?, byte[]?> findKey)
    {
        _findKey = AesGcm.IsSupported
            ? findKey
            : throw new PlatformNotSupportedException("AES-GCM is not there: install the system's OpenSSL, or use a codec of your own.");
    }

    /// <inheritdoc/>
    public string Scheme { get; init; } = "wamp";

    /// <summary><c>aes256gcm</c></summary>
    public string Cipher => "aes256gcm";

    /// <summary>The id of the key that encrypts where the application asks for no other. Null: none is named.</summary>
    public string? KeyId { get; init; }

    /// <inheritdoc/>
    public PackedPayload Pack(string uri, PayloadContent content, PassthruOptions asked)
    {
        var serializer = string.IsNullOrEmpty(asked.Serializer) ? ContentSerializers.NameOf(SerializerKind.Cbor) : asked.Serializer;
        var keyId = string.IsNullOrEmpty(asked.KeyId) ? KeyId : asked.KeyId;
        if (Scheme == "wamp" && serializer != "cbor")
        {
            throw new WampArgumentException("The scheme wamp has its payloads in cbor: name no other serializer, or use a scheme of your own.");
        }

        var plain = content.Encode(ContentSerializers.Find(serializer));
        var octets = new byte[NonceLength + plain.Length + TagLength];
        var nonce = octets.AsSpan(0, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = Open(keyId);
        aes.Encrypt(nonce, plain, octets.AsSpan(NonceLength, plain.Length), octets.AsSpan(NonceLength + plain.Length));
        return new PackedPayload(octets, asked with { Serializer = serializer, Cipher = Cipher, KeyId = keyId });
    }

    /// <inheritdoc/>
    public PayloadContent Unpack(string uri, PackedPayload payload)
    {
        var octets = payload.Octets.Span;
        if (octets.Length < NonceLength + TagLength)
        {
            throw new WampArgumentException("The encrypted payload is too short.");
        }

        var plain = new byte[octets.Length - NonceLength - TagLength];
        using var aes = Open(string.IsNullOrEmpty(payload.Passthru.KeyId) ? null : payload.Passthru.KeyId);
        aes.Decrypt(octets[..NonceLength], octets[NonceLength..^TagLength], octets[^TagLength..], plain);
        return PayloadContent.Decode(ContentSerializers.Find(payload.Passthru.Serializer), plain);
    }

    private AesGcm Open(string? keyId) => _findKey(keyId) switch
    {
        null => throw new WampArgumentException(
            keyId is null ? "The payload names no key, and there is none for that case." : $"There is no key {keyId} here."),
        { Length: KeyLength } key => new AesGcm(key, TagLength),
        _ => throw new CryptographicException($"The key {keyId} is not of {KeyLength} bytes."),
    };
}
