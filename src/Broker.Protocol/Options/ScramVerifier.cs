using Broker.Serialization;

namespace Broker.Options;

/// <summary>WELCOME.Details.authextra of method <c>wamp-scram</c>. Written by the router, read by clients.</summary>
public sealed record ScramVerifier : IEncodable
{
    /// <summary><c>verifier</c>: the router's proof that it knows the password, in base64.</summary>
    public string? Verifier { get; init; }

    /// <summary><c>scram_server_signature</c>: the same, as Crossbar.io calls it. Not for routers to write.</summary>
    public string? ServerSignature { get; init; }

    /// <summary>Reads an encoded dict. Null values are absent.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static ScramVerifier Parse(SerializerKind serializer, ReadOnlySpan<byte> dict)
    {
        var extra = new FlatDict(serializer, dict);
        return new ScramVerifier
        {
            Verifier = extra.Text("verifier"),
            ServerSignature = extra.Text("scram_server_signature"),
        };
    }

    /// <inheritdoc/>
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        var count = DictEntry.Text(ref writer, "verifier"u8, Verifier)
            + DictEntry.Text(ref writer, "scram_server_signature"u8, ServerSignature);
        writer.CloseDict(mark, count);
    }
}
