using Broker.Client.Codecs;
using Broker.Client.Payloads;
using Broker.Options;
using Broker.Uris;

namespace Broker.Client.Sessions;

/// <summary>
/// How the payload of a message is packed, or is to be packed, by which codec (WAMP specification, "Payload Passthru Mode"). Immutable.
/// </summary>
internal sealed class PayloadSeal
{
    private readonly ClientSession _session;
    private readonly IPayloadCodec? _codec;
    private readonly string _uri;

    private PayloadSeal(ClientSession session, IPayloadCodec? codec, string uri, PassthruOptions passthru)
    {
        _session = session;
        _codec = codec;
        _uri = uri;
        Passthru = passthru;
    }

    public PassthruOptions Passthru { get; }

    /// <summary>How a message is to be packed.</summary>
    /// <param name="session">The session.</param>
    /// <param name="uri">The topic or procedure.</param>
    /// <param name="asked">What the application asks for, or what came and is answered in kind.</param>
    /// <param name="router">What the role of the router that gets the message announced (PPT-04).</param>
    /// <returns>Null: not at all.</returns>
    /// <exception cref="WampException">The router does not know packed payloads; there is no such codec; no scheme is named.</exception>
    public static PayloadSeal? ToSend(ClientSession session, string uri, PassthruOptions? asked, Features? router)
    {
        if (asked is null)
        {
            return null;
        }

        if (!asked.IsActive)
        {
            throw new WampArgumentException("Passthru names no scheme: set Scheme to that of a registered codec.");
        }

        FeatureCheck.Require(router, Features.PayloadPassthruMode, "payload_passthru_mode", "send the arguments unpacked, or by another router");
        var (scheme, cipher) = (asked.Scheme, asked.Cipher);
        var codec = session.Options.PayloadCodecs.FirstOrDefault(
            codec => codec.Scheme == scheme && (string.IsNullOrEmpty(cipher) || codec.Cipher == cipher));
        return codec is not null
            ? new PayloadSeal(session, codec, uri, asked)
            : throw new WampException(
                ErrorUris.FeatureNotSupported,
                $"There is no codec for the scheme {scheme}{(string.IsNullOrEmpty(cipher) ? "" : " with the cipher " + cipher)}: add one to "
                + $"{nameof(WampClientOptions)}.{nameof(WampClientOptions.PayloadCodecs)}.");
    }

    /// <summary>How a message that was received is packed.</summary>
    /// <returns>Null: not at all.</returns>
    public static PayloadSeal? OfReceived(ClientSession session, string uri, PassthruOptions? said)
    {
        if (said?.IsActive != true)
        {
            return null;
        }

        var (scheme, cipher) = (said.Scheme, string.IsNullOrEmpty(said.Cipher) ? null : said.Cipher);
        return new PayloadSeal(session, session.Options.PayloadCodecs.FirstOrDefault(codec => codec.Scheme == scheme && codec.Cipher == cipher), uri, said);
    }

    /// <summary>The same codec for messages that have to be packed just so (PPT-14).</summary>
    public PayloadSeal As(PassthruOptions passthru) => new(_session, _codec, _uri, passthru);

    /// <summary>Packs arguments: one binary argument (PPT-09).</summary>
    /// <exception cref="WampArgumentException">The codec cannot.</exception>
    public SentPayload Pack(PayloadContent content)
    {
        PackedPayload packed;
        try
        {
            packed = _codec!.Pack(_uri, content, Passthru);
            packed = packed with { Passthru = packed.Passthru with { Scheme = Passthru.Scheme } };
        }
        catch (Exception e) when (e is not WampException)
        {
            throw new WampArgumentException($"The arguments cannot be packed by the scheme {Passthru.Scheme}: {e.Message}", e);
        }

        var elements = PayloadWriter.Write(new WampArguments().Add(packed.Octets), _session.Serializer, _session.Contracts, out var count);
        return new SentPayload(elements, count, packed.Passthru);
    }

    /// <summary>Unpacks arguments.</summary>
    /// <exception cref="WampArgumentException">
    /// They are packed in a way unknown here, or tampered with. The message tells no more than a peer may know.
    /// </exception>
    public ReceivedPayload Unpack(ReceivedList arguments, ReceivedDict argumentsKw)
    {
        if (_codec is null)
        {
            throw new WampArgumentException($"The payload cannot be unpacked: there is no codec for the scheme {Passthru.Scheme} and its cipher here.");
        }

        try
        {
            return arguments.Count == 1 && argumentsKw.Keys.Count == 0
                ? _codec.Unpack(_uri, new PackedPayload(arguments.Get<byte[]>(0), Passthru)).With(_session.Contracts)
                : throw new WampArgumentException("A packed payload is one binary argument.");
        }
        catch (Exception e)
        {
            throw new WampArgumentException($"The payload cannot be unpacked by the scheme {Passthru.Scheme}.", e);
        }
    }
}

/// <summary>Arguments as they are sent: the elements of the message, how many there are, and how they are packed, if at all.</summary>
internal readonly record struct SentPayload(byte[] Elements, int Count, PassthruOptions? Passthru);
