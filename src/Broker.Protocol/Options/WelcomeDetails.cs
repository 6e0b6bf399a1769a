using Broker.Serialization;

namespace Broker.Options;

/// <summary>WELCOME.Details: what the router says of itself and of the session. Written by the router, read by clients.</summary>
public sealed record WelcomeDetails : IEncodable
{
    /// <summary><c>roles</c>.</summary>
    public RoleSet Roles { get; init; } = new();

    /// <summary><c>agent</c>: name and version of the router's software.</summary>
    public string? Agent { get; init; }

    /// <summary><c>realm</c>.</summary>
    public string? Realm { get; init; }

    /// <summary><c>authid</c>: who the session is.</summary>
    public string? AuthId { get; init; }

    /// <summary><c>authrole</c>: what it may.</summary>
    public string? AuthRole { get; init; }

    /// <summary><c>authmethod</c>: how it was told.</summary>
    public string? AuthMethod { get; init; }

    /// <summary><c>authprovider</c>: who told.</summary>
    public string? AuthProvider { get; init; }

    /// <summary><c>authextra</c>: an encoded dict in the session's serializer; null or empty for none.</summary>
    public ReadOnlyMemory<byte>? AuthExtra { get; init; }

    /// <summary>
    /// <c>_max_message_size</c>, a private key of this router: the longest message in bytes that it takes from this session. 0: not announced.
    /// </summary>
    public long MaxMessageSize { get; init; }

    /// <summary>Reads an encoded Details dict that <see cref="Messages.MessageParser"/> has sliced. Values of other types are taken as absent: routers differ.</summary>
    public static WelcomeDetails Parse(SerializerKind serializer, ReadOnlySpan<byte> dict) => serializer switch
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
        count += DictEntry.Text(ref writer, "realm"u8, Realm);
        count += DictEntry.Text(ref writer, "authid"u8, AuthId);
        count += DictEntry.Text(ref writer, "authrole"u8, AuthRole);
        count += DictEntry.Text(ref writer, "authmethod"u8, AuthMethod);
        count += DictEntry.Text(ref writer, "authprovider"u8, AuthProvider);
        if (AuthExtra is { IsEmpty: false } extra)
        {
            writer.WriteKey("authextra"u8);
            writer.WriteEncoded(extra.Span);
            count++;
        }

        if (MaxMessageSize > 0)
        {
            count += DictEntry.Integer(ref writer, "_max_message_size"u8, MaxMessageSize);
        }

        writer.CloseDict(mark, count);
    }

    private static WelcomeDetails Parse<TReader>(ReadOnlySpan<byte> dict)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var details = new WelcomeDetails();
        var reader = OptionValue.Open<TReader>(dict);
        while (reader.ReadKey(out var key))
        {
            reader.Read();
            if (key.SequenceEqual("roles"u8))
            {
                details = details with { Roles = RoleSet.Read(ref reader) };
            }
            else if (reader.Type == TokenType.String)
            {
                details = ReadText(ref reader, key, details);
            }
            else if (key.SequenceEqual("authextra"u8) && reader.Type == TokenType.Dict)
            {
                details = details with { AuthExtra = OptionValue.EncodedDict(ref reader, dict, "authextra") };
            }
            else if (key.SequenceEqual("_max_message_size"u8) && reader.TryGetInt64(out var size))
            {
                details = details with { MaxMessageSize = size };
            }
            else
            {
                reader.Skip();
            }
        }

        return details;
    }

    private static WelcomeDetails ReadText<TReader>(ref TReader reader, ReadOnlySpan<byte> key, WelcomeDetails details)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var value = OptionValue.Text(ref reader, "details");
        return key switch
        {
            _ when key.SequenceEqual("agent"u8) => details with { Agent = value },
            _ when key.SequenceEqual("realm"u8) => details with { Realm = value },
            _ when key.SequenceEqual("authid"u8) => details with { AuthId = value },
            _ when key.SequenceEqual("authrole"u8) => details with { AuthRole = value },
            _ when key.SequenceEqual("authmethod"u8) => details with { AuthMethod = value },
            _ when key.SequenceEqual("authprovider"u8) => details with { AuthProvider = value },
            _ => details,
        };
    }
}
