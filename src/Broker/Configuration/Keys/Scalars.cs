using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Authentication;
using Broker.Transports;
using Broker.Uris;

namespace Broker.Configuration.Keys;

/// <summary>All kinds of values without parts.</summary>
internal static class Scalars
{
    private static readonly Dictionary<Type, Scalar> ByType = new()
    {
        [typeof(bool)] = new()
        {
            Name = "switch",
            Remedy = "true or false",
            Literal = Literal.Boolean,
            TryRead = text => text is "true" or "false" ? text == "true" : null,
            Write = value => (bool)value ? "true" : "false",
        },
        [typeof(int)] = Number(text => ReadNumber(text) is >= int.MinValue and <= int.MaxValue and var value ? (int)value : null),
        [typeof(long)] = Number(text => ReadNumber(text)),
        [typeof(TimeSpan)] = new()
        {
            Name = "duration",
            Remedy = "a whole number and its unit, ms, s, m, h or d, such as 20s",
            TryRead = text => Duration.TryParse(text),
            Write = value => Duration.Write((TimeSpan)value),
            Schema = new() { ["pattern"] = Duration.Pattern },
        },
        [typeof(ByteSize)] = new()
        {
            Name = "size",
            Remedy = "a whole number and its unit, B, KiB, MiB or GiB, such as 4MiB",
            TryRead = text => ByteSize.TryParse(text),
            Schema = new() { ["pattern"] = ByteSize.Pattern },
        },
        [typeof(ListenAddress)] = new()
        {
            Name = "address to listen on",
            Remedy = "HOST:PORT, such as 127.0.0.1:8080, where HOST is an IP address, localhost or *, or unix:/path/to/socket",
            TryRead = text => ListenAddress.TryParse(text, out var address, out _) ? address : null,
            Explain = text => ListenAddress.TryParse(text, out _, out var fault) ? "" : fault,
        },
        [typeof(TextFile)] = new()
        {
            Name = "file",
            Remedy = "the path of a file",
            TryRead = text => new TextFile(text, Content: ""),
        },
        [typeof(IPNetwork)] = new()
        {
            Name = "network",
            Remedy = "an address, such as 192.0.2.7, or with the length of its prefix a network, such as 10.0.0.0/8",
            TryRead = text => IPNetwork.TryParse(text, out var network) && IsAsWritten(network, text) ? network
                : IPAddress.TryParse(text, out var address) && !address.IsIPv4MappedToIPv6 && (text.Contains(':', StringComparison.Ordinal) || address.ToString() == text)
                    ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
                : null,
        },
        [typeof(LogLevel)] = Choice("log level", ["trace", "debug", "info", "warning", "error", "critical", "none"], ReadLogLevel) with
        {
            Write = value => value is LogLevel.Information ? "info" : value.ToString()!.ToLowerInvariant(),
        },
    };

    private static readonly Dictionary<TextFormat, Scalar> ByFormat = new()
    {
        [TextFormat.Any] = Text("text", "text", _ => true),
        [TextFormat.File] = Text("file", "the path of a file, such as /etc/broker/cert.pem", IsFile),
        [TextFormat.Path] = Text("path", "/ and a name of letters, digits and - . _ ~, such as /ws", IsPath),
        [TextFormat.Realm] = Text("realm", "a URI, such as com.example.realm, that does not start with wamp", IsRealm),
        [TextFormat.Uri] = Text("URI", "names with dots between them, such as com.example.authorize", IsUri),
        [TextFormat.UriPattern] = Text("URI", "names with dots between them, such as com.example.topic", _ => true),
        [TextFormat.Origin] = Text(
            "origin",
            "scheme, host and port as browsers send them, such as https://app.example.com, https://*.example.com, http://localhost:*, or *",
            OriginRules.IsPattern),
        [TextFormat.Host] = Text("host", "a name or an address without a port, such as router.example.com, or *.example.com", HostRules.IsPattern),
        [TextFormat.WatchedFile] = Text("file", "the path of a file, such as /etc/broker/keys.json", IsFile) with { NamesFile = true },
        [TextFormat.WebAddress] = Text(
            "web address",
            "an address such as https://auth.example.com/wamp",
            text => System.Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"),
        [TextFormat.Hex32] = Text("key", "64 hexadecimal digits", text => text.Length == 64 && text.All(char.IsAsciiHexDigit)),
        [TextFormat.TlsVersion] = Choice("version of TLS", ["1.2", "1.3"], text => text is "1.2" or "1.3" ? text : null) with
        {
            Write = value => (string)value,
        },
        [TextFormat.CraHash] = Text(
            "WAMP-CRA hash", "what 'hash-secret --method wampcra' prints", text => CraCredential.TryParse(text, out _, out _)),
        [TextFormat.ScramHash] = Text(
            "SCRAM hash", "what 'hash-secret --method scram' prints", text => ScramCredential.TryParse(text, out _, out _)),
        [TextFormat.TicketHash] = Text(
            "hash of a ticket",
            "what 'hash-secret --method ticket' prints",
            text => ScramCredential.TryParse(text, out var hash, out _) && hash.Parameters.Kdf == ScramKdf.Pbkdf2),
    };

    /// <summary>The kind of a type's values; null when the type has parts.</summary>
    public static Scalar? Find(Type type, KeyAttribute key)
    {
        var scalar = type == typeof(string) ? ByFormat[key.Format]
            : type == typeof(Secret) ? Hidden(key.Format)
            : ByType.GetValueOrDefault(type) ?? (type.IsEnum ? Choice(type) : null);
        return scalar is null ? null : scalar with
        {
            Type = type,
            Range = (key.Min is null ? null : scalar.TryRead(key.Min), key.Max is null ? null : scalar.TryRead(key.Max)),
        };
    }

    private static long? ReadNumber(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static Scalar Number(Func<string, object?> tryRead) => new()
    {
        Name = "number",
        Remedy = "a whole number",
        Literal = Literal.Number,
        TryRead = tryRead,
    };

    private static Scalar Text(string name, string remedy, Func<string, bool> isValid) => new()
    {
        Name = name,
        Remedy = remedy,
        TryRead = text => isValid(text) ? text : null,
    };

    /// <summary>Text that is never printed.</summary>
    private static Scalar Hidden(TextFormat format)
    {
        var (text, isAny) = (ByFormat[format], format == TextFormat.Any);
        return text with
        {
            Name = isAny ? "secret" : text.Name,
            Remedy = isAny ? "text that is not empty, best ${file:PATH} or ${env:NAME}" : text.Remedy,
            TryRead = value => value.Length > 0 && text.TryRead(value) is not null ? new Secret(value) : null,
            IsSecret = true,
        };
    }

    private static Scalar Choice(Type type)
    {
        var values = Enum.GetValues(type).Cast<object>()
            .ToDictionary(value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()!));
        return Choice("choice", [.. values.Keys], values.GetValueOrDefault);
    }

    private static Scalar Choice(string name, IReadOnlyList<string> choices, Func<string, object?> tryRead) => new()
    {
        Name = name,
        Remedy = $"{string.Join(", ", choices.SkipLast(1))} or {choices[^1]}",
        TryRead = text => text.Length == 0 ? null : tryRead(text),
        Write = value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()!),
        Schema = new() { ["enum"] = new JsonArray([.. choices.Select(choice => JsonValue.Create(choice))]) },
    };

    /// <summary>Also the names that .NET gives to levels.</summary>
    private static object? ReadLogLevel(string text) => text.ToLowerInvariant() switch
    {
        "info" => LogLevel.Information,
        "warn" => LogLevel.Warning,
        _ => Enum.TryParse<LogLevel>(text, ignoreCase: true, out var level) && char.IsAsciiLetter(text[0]) ? level : null,
    };

    // Not what would be read otherwise than it looks: 010.0.0.0/8 in octal, or what no address is ever compared with.
    private static bool IsAsWritten(IPNetwork network, string text) =>
        !network.BaseAddress.IsIPv4MappedToIPv6 && (text.Contains(':', StringComparison.Ordinal) || network.ToString() == text);

    private static bool IsFile(string text) => text.Length > 0 && !text.Contains('\0', StringComparison.Ordinal);

    private static bool IsPath(string text) =>
        text.Length >= 2 && text[0] == '/' && text.All(c => char.IsAsciiLetterOrDigit(c) || "/-._~".Contains(c, StringComparison.Ordinal));

    private static bool IsUri(string text) => UriRules.Default.IsValid(Encoding.UTF8.GetBytes(text));

    private static bool IsRealm(string text)
    {
        var uri = Encoding.UTF8.GetBytes(text);
        return UriRules.Default.IsValid(uri) && !UriRules.IsReserved(uri);
    }
}
