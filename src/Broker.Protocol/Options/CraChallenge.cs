using Broker.Serialization;

namespace Broker.Options;

/// <summary>CHALLENGE.Extra of method <c>wampcra</c>. Written by the router, read by clients.</summary>
public sealed record CraChallenge : IEncodable
{
    /// <summary><c>challenge</c>: the text to sign, as it is.</summary>
    public string? Challenge { get; init; }

    /// <summary><c>salt</c>: text; null where the secret itself is the key.</summary>
    public string? Salt { get; init; }

    /// <summary><c>keylen</c>: how long the derived key is in octets, before base64.</summary>
    public long? KeyLength { get; init; }

    /// <summary><c>iterations</c>: of PBKDF2.</summary>
    public long? Iterations { get; init; }

    /// <summary>Reads an encoded dict. Null values are absent.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static CraChallenge Parse(SerializerKind serializer, ReadOnlySpan<byte> dict)
    {
        var extra = new FlatDict(serializer, dict);
        return new CraChallenge
        {
            Challenge = extra.Text("challenge"),
            Salt = extra.Text("salt"),
            KeyLength = extra.Integer("keylen", least: 1),
            Iterations = extra.Integer("iterations", least: 1),
        };
    }

    /// <inheritdoc/>
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        var count = DictEntry.Text(ref writer, "challenge"u8, Challenge)
            + DictEntry.Text(ref writer, "salt"u8, Salt)
            + DictEntry.Integer(ref writer, "keylen"u8, KeyLength)
            + DictEntry.Integer(ref writer, "iterations"u8, Iterations);
        writer.CloseDict(mark, count);
    }
}
