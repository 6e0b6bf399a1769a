using Broker.Serialization;

namespace Broker.Options;

/// <summary>HELLO.Details: what a client says of itself. Written by clients, read by the router.</summary>
public sealed record HelloDetails : IEncodable
{
    /// <summary><c>roles</c>.</summary>
    public RoleSet Roles { get; init; } = new();

    /// <summary><c>agent</c>: name and version of the client's software.</summary>
    public string? Agent { get; init; }

    /// <summary><c>authmethods</c>, in the client's order of preference.</summary>
    public IReadOnlyList<string>? AuthMethods { get; init; }

    /// <summary><c>authid</c>: who the client says it is.</summary>
    public string? AuthId { get; init; }

    /// <summary><c>authrole</c>: the role that the client asks for.</summary>
    public string? AuthRole { get; init; }

    /// <summary><c>authextra</c>: an encoded dict in the session's serializer; null or empty for none.</summary>
    public ReadOnlyMemory<byte>? AuthExtra { get; init; }

    /// <summary>
    /// <c>_reauthenticate</c>, a private key of this router and its SDK: the client answers a CHALLENGE also in an open session, which so can
    /// go on when the time for which it was authenticated is over.
    /// </summary>
    public bool Reauthenticates { get; init; }

    /// <summary>Reads an encoded Details dict that <see cref="Messages.MessageParser"/> has sliced.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static HelloDetails Parse(SerializerKind serializer, ReadOnlySpan<byte> dict) => serializer switch
    {
        SerializerKind.Json => Parse<JsonTokenReader>(dict),
        SerializerKind.MessagePack => Parse<MessagePackTokenReader>(dict),
        _ => Parse<CborTokenReader>(dict),
    };

    /// <inheritdoc/>
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        writer.WriteKey("roles"u8);
        Roles.WriteTo(ref writer);
        var count = 1;
        count += DictEntry.Text(ref writer, "agent"u8, Agent);
        count += DictEntry.TextList(ref writer, "authmethods"u8, AuthMethods);
        count += DictEntry.Text(ref writer, "authid"u8, AuthId);
        count += DictEntry.Text(ref writer, "authrole"u8, AuthRole);
        if (AuthExtra is { IsEmpty: false } extra)
        {
            writer.WriteKey("authextra"u8);
            writer.WriteEncoded(extra.Span);
            count++;
        }

        if (Reauthenticates)
        {
            count += DictEntry.Boolean(ref writer, "_reauthenticate"u8, value: true);
        }

        writer.CloseDict(mark, count);
    }

    private static HelloDetails Parse<TReader>(ReadOnlySpan<byte> dict)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var details = new HelloDetails();
        var reader = OptionValue.Open<TReader>(dict);
        while (reader.ReadKey(out var key))
        {
            reader.Read();
            if (key.SequenceEqual("roles"u8))
            {
                details = details with { Roles = RoleSet.Read(ref reader) };
            }
            else if (key.SequenceEqual("agent"u8))
            {
                details = details with { Agent = OptionValue.TextOrNull(ref reader, "agent") };
            }
            else if (key.SequenceEqual("authmethods"u8) && reader.Type != TokenType.Null)
            {
                details = details with { AuthMethods = OptionValue.TextList(ref reader, "authmethods") };
            }
            else if (key.SequenceEqual("authid"u8))
            {
                details = details with { AuthId = OptionValue.TextOrNull(ref reader, "authid") };
            }
            else if (key.SequenceEqual("authrole"u8))
            {
                details = details with { AuthRole = OptionValue.TextOrNull(ref reader, "authrole") };
            }
            else if (key.SequenceEqual("authextra"u8))
            {
                details = details with { AuthExtra = OptionValue.EncodedDict(ref reader, dict, "authextra") };
            }
            else if (key.SequenceEqual("_reauthenticate"u8) && reader.Type == TokenType.True)
            {
                details = details with { Reauthenticates = true };
            }
            else
            {
                reader.Skip();
            }
        }

        return details;
    }
}
