using Broker.Serialization;

namespace Broker.Options;

/// <summary>CHALLENGE.Extra of method <c>cryptosign</c>. Written by the router, read by clients.</summary>
public sealed record CryptosignChallenge : IEncodable
{
    /// <summary><c>challenge</c>: 32 random octets in hex.</summary>
    public string? Challenge { get; init; }

    /// <summary><c>channel_binding</c>: the type in use, or null.</summary>
    public string? ChannelBinding { get; init; }

    /// <summary><c>pubkey</c>: the router's public key in hex, where it proves itself.</summary>
    public string? PublicKey { get; init; }

    /// <summary><c>signature</c>: the client's challenge, signed with the router's key (see <see cref="Authentication.CryptosignSignature"/>).</summary>
    public string? Signature { get; init; }

    /// <summary>Reads an encoded dict. Null values are absent.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static CryptosignChallenge Parse(SerializerKind serializer, ReadOnlySpan<byte> dict)
    {
        var extra = new FlatDict(serializer, dict);
        return new CryptosignChallenge
        {
            Challenge = extra.Text("challenge"),
            ChannelBinding = extra.Text("channel_binding"),
            PublicKey = extra.Text("pubkey"),
            Signature = extra.Text("signature"),
        };
    }

    /// <inheritdoc/>
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        var count = DictEntry.Text(ref writer, "challenge"u8, Challenge)
            + DictEntry.Text(ref writer, "channel_binding"u8, ChannelBinding)
            + DictEntry.Text(ref writer, "pubkey"u8, PublicKey)
            + DictEntry.Text(ref writer, "signature"u8, Signature);
        writer.CloseDict(mark, count);
    }
}
