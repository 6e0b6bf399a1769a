using Broker.Serialization;

namespace Broker.Options;

/// <summary>HELLO.Details.authextra of method <c>wamp-scram</c>. Written by clients, read by the router.</summary>
public sealed record ScramAuthExtra : IEncodable
{
    /// <summary><c>nonce</c>: random octets of the client in base64.</summary>
    public string? Nonce { get; init; }

    /// <summary><c>channel_binding</c>: the type that the client wants, or null.</summary>
    public string? ChannelBinding { get; init; }

    /// <summary>Reads an encoded dict. Null values are absent.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static ScramAuthExtra Parse(SerializerKind serializer, ReadOnlySpan<byte> dict)
    {
        var extra = new FlatDict(serializer, dict);
        return new ScramAuthExtra
        {
            Nonce = extra.Text("nonce"),
            ChannelBinding = extra.Text("channel_binding"),
        };
    }

    /// <inheritdoc/>
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        var count = DictEntry.Text(ref writer, "nonce"u8, Nonce)
            + DictEntry.Text(ref writer, "channel_binding"u8, ChannelBinding);
        writer.CloseDict(mark, count);
    }
}
