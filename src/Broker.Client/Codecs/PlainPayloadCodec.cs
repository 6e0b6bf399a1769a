using Broker.Options;
using Broker.Serialization;

namespace Broker.Client.Codecs;

/// <summary>
/// Payloads that are serialized apart from their message and not encrypted: those of the scheme <c>mqtt</c>, or of one of your own (WAMP
/// specification, "Payload Passthru Mode"). With the serializer <c>native</c> the payload is the one argument as it is, octets, and no
/// argument is none.
/// </summary>
public sealed class PlainPayloadCodec : IPayloadCodec
{
    private readonly string _serializer;

    /// <param name="scheme">The scheme: <c>mqtt</c>, or a name that starts with <c>x_</c>.</param>
    /// <param name="serializer">
    /// What packs where the application asks for nothing else, and unpacks where a message names none; null: <c>native</c>.
    /// </param>
    /// <exception cref="ArgumentException">The scheme is empty.</exception>
    public PlainPayloadCodec(string scheme, SerializerKind? serializer = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(scheme);
        Scheme = scheme;
        _serializer = serializer is { } kind ? ContentSerializers.NameOf(kind) : ContentSerializers.Native;
    }

    /// <inheritdoc/>
    public string Scheme { get; }

    /// <summary>None.</summary>
    public string? Cipher => null;

    /// <inheritdoc/>
    public PackedPayload Pack(string uri, PayloadContent content, PassthruOptions asked)
    {
        var serializer = string.IsNullOrEmpty(asked.Serializer) ? _serializer : asked.Serializer;
        var octets = serializer == ContentSerializers.Native ? NativeOf(content) : content.Encode(ContentSerializers.Find(serializer));
        return new PackedPayload(octets, asked with { Serializer = serializer });
    }

    /// <inheritdoc/>
    public PayloadContent Unpack(string uri, PackedPayload payload)
    {
        var serializer = string.IsNullOrEmpty(payload.Passthru.Serializer) ? _serializer : payload.Passthru.Serializer;
        return serializer == ContentSerializers.Native
            ? PayloadContent.Of(payload.Octets.IsEmpty ? [] : [payload.Octets])
            : PayloadContent.Decode(ContentSerializers.Find(serializer), payload.Octets.Span);
    }

    private byte[] NativeOf(PayloadContent content) => content.IsEmpty ? []
        : content.Arguments.Count == 1 && content.ArgumentsKw.Keys.Count == 0 && content.Arguments.IsOctets(0) ? content.Arguments.Get<byte[]>(0)!
        : throw new WampArgumentException($"A native payload of the scheme {Scheme} is one argument, a byte array: send that, or name a serializer.");
}
