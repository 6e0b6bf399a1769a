using Broker.Serialization;

namespace Broker.Options;

/// <summary>HELLO.Details.authextra of method <c>cryptosign</c>. Written by clients, read by the router.</summary>
public sealed record CryptosignAuthExtra : IEncodable
{
    /// <summary><c>pubkey</c>: the client's public key in hex.</summary>
    public string? PublicKey { get; init; }

    /// <summary><c>channel_binding</c>: the type that the client wants, or null.</summary>
    public string? ChannelBinding { get; init; }

    /// <summary><c>challenge</c>: 32 random octets in hex that the router shall sign; null where it need not prove itself.</summary>
    public string? Challenge { get; init; }

    /// <summary>Reads an encoded dict. Null values are absent.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static CryptosignAuthExtra Parse(SerializerKind serializer, ReadOnlySpan<byte> dict)
    {
        var extra = new FlatDict(serializer, dict);
        return new CryptosignAuthExtra
        {
            PublicKey = extra.Text("pubkey"),
            ChannelBinding = extra.Text("channel_binding"),
            Challenge = extra.Text("challenge"),
        };
    }

    /// <inheritdoc/>
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        var count = DictEntry.Text(ref writer, "pubkey"u8, PublicKey)
            + DictEntry.Text(ref writer, "channel_binding"u8, ChannelBinding)
            + DictEntry.Text(ref writer, "challenge"u8, Challenge);
        writer.CloseDict(mark, count);
    }
}
