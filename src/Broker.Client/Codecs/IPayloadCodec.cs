using Broker.Options;

namespace Broker.Client.Codecs;

/// <summary>
/// Packs arguments so that the router passes them on unread, and unpacks them (WAMP specification, "Payload Passthru Mode"): the extension
/// point for end-to-end encryption and for the formats of gateways. Register codecs as <see cref="WampClientOptions.PayloadCodecs"/>; say
/// what to pack by <see cref="PublishOptions.Passthru"/>, <see cref="CallOptions.Passthru"/> and <see cref="WampInvocation.AnswerWith"/>.
/// What is received is unpacked by the codec whose <see cref="Scheme"/> and <see cref="Cipher"/> the message names.
/// </summary>
/// <remarks>
/// Methods are called from any thread, several at once, and may be called by the one that reads from the connection: they must not wait for
/// anything. What they throw becomes a <see cref="WampArgumentException"/>, whose message, unlike the inner exception, may go to the peer.
/// </remarks>
public interface IPayloadCodec
{
    /// <summary><c>ppt_scheme</c>: <c>wamp</c>, <c>mqtt</c> or a name of your own that starts with <c>x_</c>.</summary>
    string Scheme { get; }

    /// <summary><c>ppt_cipher</c>, or null if nothing is encrypted: then no encrypted payload comes here, and otherwise no other.</summary>
    string? Cipher { get; }

    /// <summary>Packs the arguments of a PUBLISH, a CALL, a result or an error.</summary>
    /// <param name="uri">The topic or procedure: of results and errors the procedure, too.</param>
    /// <param name="content">The arguments.</param>
    /// <param name="asked">What the application asks for: the scheme, and whatever else it has set.</param>
    /// <returns>The octets, and all that the receiver has to know. The octets belong to the SDK from here on.</returns>
    PackedPayload Pack(string uri, PayloadContent content, PassthruOptions asked);

    /// <summary>Unpacks what a peer has sent. It may be anything: nobody has looked at it before.</summary>
    /// <param name="uri">The topic or procedure, as the router names it.</param>
    /// <param name="payload">The octets, and what the message says of them. The octets are the codec's to keep.</param>
    PayloadContent Unpack(string uri, PackedPayload payload);
}

/// <summary>A packed payload: the one binary argument of a message, and how it is packed.</summary>
/// <param name="Octets">The octets.</param>
/// <param name="Passthru">The keys <c>ppt_scheme</c>, <c>ppt_serializer</c>, <c>ppt_cipher</c> and <c>ppt_keyid</c>.</param>
public readonly record struct PackedPayload(ReadOnlyMemory<byte> Octets, PassthruOptions Passthru);
