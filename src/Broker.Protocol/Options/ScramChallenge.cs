using Broker.Serialization;

namespace Broker.Options;

/// <summary>CHALLENGE.Extra of method <c>wamp-scram</c>. Written by the router, read by clients.</summary>
public sealed record ScramChallenge : IEncodable
{
    /// <summary><c>nonce</c>: the client's, and behind it the router's.</summary>
    public string? Nonce { get; init; }

    /// <summary><c>salt</c>: in base64.</summary>
    public string? Salt { get; init; }

    /// <summary><c>kdf</c>: <c>pbkdf2</c> or <c>argon2id13</c>.</summary>
    public string? Kdf { get; init; }

    /// <summary><c>iterations</c>: of PBKDF2, or passes of Argon2id.</summary>
    public long? Iterations { get; init; }

    /// <summary><c>memory</c>: KiB that Argon2id fills; null with PBKDF2.</summary>
    public long? Memory { get; init; }

    /// <summary>Reads an encoded dict. Null values are absent.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static ScramChallenge Parse(SerializerKind serializer, ReadOnlySpan<byte> dict)
    {
        var extra = new FlatDict(serializer, dict);
        return new ScramChallenge
        {
            Nonce = extra.Text("nonce"),
            Salt = extra.Text("salt"),
            Kdf = extra.Text("kdf"),
            Iterations = extra.Integer("iterations", least: 1),
            Memory = extra.Integer("memory", least: 0),
        };
    }

    /// <inheritdoc/>
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        var count = DictEntry.Text(ref writer, "nonce"u8, Nonce)
            + DictEntry.Text(ref writer, "salt"u8, Salt)
            + DictEntry.Text(ref writer, "kdf"u8, Kdf)
            + DictEntry.Integer(ref writer, "iterations"u8, Iterations)
            + DictEntry.Integer(ref writer, "memory"u8, Memory);
        writer.CloseDict(mark, count);
    }
}
