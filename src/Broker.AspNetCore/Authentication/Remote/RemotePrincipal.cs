using System.Text.Json;
using System.Text.Json.Nodes;

namespace Broker.Authentication.Remote;

/// <summary>
/// What others are told of a client, and the principal that they answer: a role as text, or a dict <c>{role | roles, authid, realm, extra,
/// expires, secret, salt, iterations, keylen, hash, pubkey, authorized_keys}</c> (Crossbar.io's contract of dynamic authenticators).
/// </summary>
internal static class RemotePrincipal
{
    private const long MaxNumber = 1L << 37; // as a time: before the year 6000

    /// <summary>The third argument of a procedure, the body of a request.</summary>
    public static JsonObject Details(AuthenticationRequest request, string method) => new()
    {
        ["authmethod"] = method,
        ["authrole"] = request.AuthRole,
        ["authextra"] = request.AuthExtra.DeepClone(),
        ["session"] = request.SessionId,
        ["transport"] = new JsonObject
        {
            ["peer"] = request.Transport.RemoteAddress?.ToString(),
            ["is_secure"] = request.Transport.IsEncrypted,
        },
    };

    /// <summary>Reads a principal.</summary>
    /// <param name="principal">The answer; null and <c>false</c>: there is no such user.</param>
    /// <param name="request">Who was asked for.</param>
    /// <param name="roles">The roles that can be granted; null: all.</param>
    /// <param name="source">Who has answered, for the log.</param>
    /// <param name="provider">The <c>authprovider</c>.</param>
    /// <exception cref="InvalidOperationException">It is no principal: nobody is let in.</exception>
    public static User? Read(
        JsonNode? principal, AuthenticationRequest request, IReadOnlyList<string>? roles, string source, string provider)
    {
        switch (principal?.GetValueKind())
        {
            case null or JsonValueKind.Null or JsonValueKind.False:
                return null;
            case JsonValueKind.String:
                return Read(new JsonObject { ["role"] = principal.DeepClone() }, request, roles, source, provider);
            case JsonValueKind.Object:
                break;
            default:
                throw Unusable(source, "is neither a role nor a dict");
        }

        var dict = principal.AsObject();
        if (Text(dict, "realm", source) is { } realm && realm != request.Realm)
        {
            throw Unusable(source, "sends the client to another realm, which this router does not do");
        }

        var authId = Text(dict, "authid", source) ?? request.AuthId;
        string[] granted = [.. Texts(dict, "role", source), .. Texts(dict, "roles", source)];
        string[] usable = [.. granted.Where(role => roles?.Contains(role) ?? role.Length > 0)];
        if (authId is not { Length: > 0 } || usable.Length == 0)
        {
            throw Unusable(source, authId is not { Length: > 0 } ? "names no authid" : "grants no role that there is here");
        }

        var (cra, scram) = Hash(dict, source);
        return new User
        {
            AuthId = authId,
            Roles = usable,
            Provider = provider,
            Extra = dict["extra"] is { } extra ? extra as JsonObject ?? throw Unusable(source, "has an extra that is no dict") : null,
            Expires = Number(dict, "expires", source) is { } expires ? DateTimeOffset.FromUnixTimeSeconds(expires) : null,
            Ticket = Ticket(dict, scram, source),
            Cra = cra ?? Secret(dict, source),
            Scram = scram,
            AuthorizedKeys = [.. Texts(dict, "pubkey", source), .. Texts(dict, "authorized_keys", source)],
        };
    }

    /// <summary>Whether a ticket is that of a user, where the answer says what that is; where it says nothing of it, whoever was asked has judged it.</summary>
    public static ValueTask<bool> IsTicketAsync(User user, AuthenticationRequest request, string ticket, CancellationToken cancellationToken) =>
        user.Ticket?.IsTicketAsync(request, ticket, cancellationToken) ?? ValueTask.FromResult(true);

    /// <summary>
    /// What a ticket must be; null where the answer has neither <c>secret</c> nor <c>hash</c>. What has one of them, and nothing that a ticket can be compared
    /// with, such as null or what is for another method, fits no ticket.
    /// </summary>
    private static TicketCredential? Ticket(JsonObject dict, ScramCredential? scram, string source) =>
        !dict.ContainsKey("secret") && !dict.ContainsKey("hash") ? null
        : Text(dict, "secret", source) is { Length: > 0 } secret && Text(dict, "salt", source) is null ? TicketCredential.Plain(secret)
        : scram is { Parameters.Kdf: ScramKdf.Pbkdf2 } ? TicketCredential.Hashed(scram)
        : TicketCredential.Plain(Nonce.Create());

    private static InvalidOperationException Unusable(string source, string what) => new($"The answer of {source} {what}.");

    /// <summary><c>hash</c>: what is kept of a secret, in the form of <c>wampcra$...</c> or <c>scram-...$...</c>.</summary>
    private static (CraCredential? Cra, ScramCredential? Scram) Hash(JsonObject dict, string source)
    {
        CraCredential? cra = null;
        ScramCredential? scram = null;
        return Text(dict, "hash", source) is not { } hash
            || CraCredential.TryParse(hash, out cra, out _)
            || ScramCredential.TryParse(hash, out scram, out _)
            ? (cra, scram)
            : throw Unusable(source, "has a hash that is none of those that hash-secret makes");
    }

    /// <summary><c>secret</c>, which is a derived key where there is a <c>salt</c>, with <c>iterations</c> and <c>keylen</c>.</summary>
    private static CraCredential? Secret(JsonObject dict, string source)
    {
        if (Text(dict, "secret", source) is not { Length: > 0 } secret)
        {
            return null; // an empty one is none: everybody could sign with it
        }

        if (Text(dict, "salt", source) is not { } salt)
        {
            return CraCredential.Unsalted(secret);
        }

        var iterations = Number(dict, "iterations", source) ?? CraSignature.DefaultIterations;
        var keyLength = Number(dict, "keylen", source) ?? CraSignature.DefaultKeyLength;
        return CraCredential.TryParse($"wampcra${iterations}${keyLength}${salt}${secret}", out var credential, out var problem)
            ? credential
            : throw Unusable(source, "has a salted secret that is of no use: " + problem.TrimEnd('.'));
    }

    private static string? Text(JsonObject dict, string key, string source) => dict[key] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => throw Unusable(source, $"has a {key} that is no text"),
    };

    private static long? Number(JsonObject dict, string key, string source) => dict[key] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<long>(out var number) && number is >= 0 and < MaxNumber => number,
        _ => throw Unusable(source, $"has a {key} that is no number to use"),
    };

    private static IEnumerable<string> Texts(JsonObject dict, string key, string source)
    {
        if (dict[key] is not JsonArray list)
        {
            return Text(dict, key, source) is { } only ? [only] : [];
        }

        var texts = list.Select(one => (one as JsonValue)?.TryGetValue<string>(out var text) == true ? text : null).ToList();
        return texts.Contains(null) ? throw Unusable(source, $"has {key} that are not all texts") : texts.OfType<string>();
    }
}
