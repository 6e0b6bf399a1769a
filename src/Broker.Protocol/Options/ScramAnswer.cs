using Broker.Serialization;

namespace Broker.Options;

/// <summary>AUTHENTICATE.Extra of method <c>wamp-scram</c>. Written by clients, read by the router.</summary>
public sealed record ScramAnswer : IEncodable
{
    /// <summary><c>nonce</c>: as CHALLENGE had it.</summary>
    public string? Nonce { get; init; }

    /// <summary><c>channel_binding</c>: as HELLO had it.</summary>
    public string? ChannelBinding { get; init; }

    /// <summary><c>cbind_data</c>: what the client knows of the channel, in base64; null without channel binding.</summary>
    public string? ChannelData { get; init; }

    /// <summary>Reads an encoded dict. Null values are absent.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static ScramAnswer Parse(SerializerKind serializer, ReadOnlySpan<byte> dict)
    {
        var extra = new FlatDict(serializer, dict);
        return new ScramAnswer
        {
            Nonce = extra.Text("nonce"),
            ChannelBinding = extra.Text("channel_binding"),
            ChannelData = extra.Text("cbind_data"),
        };
    }

    /// <inheritdoc/>
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        var count = DictEntry.Text(ref writer, "nonce"u8, Nonce)
            + DictEntry.Text(ref writer, "channel_binding"u8, ChannelBinding)
            + DictEntry.Text(ref writer, "cbind_data"u8, ChannelData);
        writer.CloseDict(mark, count);
    }
}
