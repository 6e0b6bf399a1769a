using System.Globalization;
using System.Text.Json.Nodes;
using Broker.Authentication;

namespace Broker.Configuration.Imports;

/// <summary>Converts authentication: the users of all transports, for the realms that have their roles.</summary>
internal sealed class CrossbarAuth
{
    private const string Static = "static";
    private const string Dynamic = "dynamic";

    private readonly List<User> _users = [];
    private readonly List<(string Key, JsonObject Node, string? Role, CrossbarSection From)> _methods = [];
    private readonly HashSet<User> _placed = [];

    /// <summary>Takes the auth of a transport.</summary>
    public void Add(CrossbarSection auth)
    {
        foreach (var method in auth.Names)
        {
            Add(method, auth.Section(method));
        }
    }

    /// <summary>The auth of a realm.</summary>
    /// <param name="realm">Its name.</param>
    /// <param name="roles">Its roles.</param>
    public JsonObject For(string realm, IReadOnlySet<string> roles)
    {
        var auth = new JsonObject();
        foreach (var (key, node, role, _) in _methods.Where(method => method.Role is null || roles.Contains(method.Role)))
        {
            auth.TryAdd(key, node.DeepClone());
        }

        foreach (var user in _users.Where(user => roles.Contains(user.Role) && (user.Realm is null || user.Realm == realm)))
        {
            _placed.Add(user);
            var method = auth[user.Method] as JsonObject ?? new JsonObject { ["users"] = new JsonObject() };
            auth[user.Method] = method;
            if (!method["users"]!.AsObject().TryAdd(user.AuthId, user.Node.DeepClone()))
            {
                user.From.Note("another user of this authid was kept.");
            }
        }

        return auth;
    }

    /// <summary>Reports users for whom no realm was found.</summary>
    public void NoteRest()
    {
        foreach (var user in _users.Where(user => !_placed.Contains(user)))
        {
            user.From.Note($"was left out: no realm has the role {user.Role}.");
        }
    }

    private void Add(string method, CrossbarSection section)
    {
        var type = section.Text("type") ?? Static;
        switch (method, type)
        {
            case ("anonymous", Static):
                var role = section.Text("role") ?? "anonymous";
                _methods.Add(("anonymous", new JsonObject { ["role"] = role }, role, section));
                break;
            case ("cookie", _):
                section.Note("cookie was left out: see auth.cookie of a realm.");
                return;
            case ("ticket" or "wampcra" or "scram" or "cryptosign", Dynamic) when section.Text("authenticator") is { } procedure:
                _methods.Add(("procedure", new JsonObject { ["uri"] = procedure, ["methods"] = new JsonArray(method) }, null, section));
                section.Note("the procedure is called within the realm that is joined; see auth.procedure.");
                break;
            case ("ticket" or "wampcra" or "scram" or "cryptosign" or "tls", Static):
                AddUsers(method, section.Section(method == "wampcra" ? "users" : "principals"));
                break;
            default:
                section.Note($"{method} of type {type} was left out.");
                return;
        }

        section.NoteRest();
    }

    private void AddUsers(string method, CrossbarSection users)
    {
        foreach (var authId in users.Names)
        {
            var user = users.Section(authId);
            var role = user.Text("role") ?? "";
            var node = new JsonObject { ["role"] = role };
            var isTaken = method switch
            {
                "ticket" => Secret(user, "ticket", node),
                "wampcra" => Cra(user, node),
                "scram" => Scram(user, node),
                "cryptosign" => Keys(user, node),
                _ => false,
            };
            if (isTaken)
            {
                _users.Add(new User(method, authId, role, user.Text("realm"), node, user));
            }
            else
            {
                user.Note(method == "tls"
                    ? "was left out: Crossbar.io knows certificates by SHA-1; write their SHA-256 fingerprints into auth.tls."
                    : "was left out: something is missing.");
                user.Ignore([.. user.Names]);
            }

            user.NoteRest();
        }
    }

    private static bool Secret(CrossbarSection user, string name, JsonObject node)
    {
        if (user.Text(name) is not { Length: > 0 } secret)
        {
            return false;
        }

        node["secret"] = secret;
        user.Note("the secret stands in the result as it is: move it out, by ${file:PATH} or ${env:NAME}.");
        return true;
    }

    private static bool Cra(CrossbarSection user, JsonObject node)
    {
        if (user.Text("salt") is not { } salt)
        {
            return Secret(user, "secret", node);
        }

        var (key, iterations, length) = (user.Text("secret"), user.Number("iterations") ?? 1000, user.Number("keylen") ?? 32);
        var text = string.Create(CultureInfo.InvariantCulture, $"wampcra${iterations}${length}${salt}${key}");
        return Hash(text, CraCredential.TryParse(text, out _, out var problem), problem, node, user);
    }

    private static bool Scram(CrossbarSection user, JsonObject node)
    {
        var kdf = user.Text("kdf");
        if (kdf != "pbkdf2")
        {
            user.Note("Crossbar.io's own way to use argon2 fits no other router: make new keys by 'hash-secret --method scram'.");
            return false;
        }

        user.Ignore("memory");
        var (salt, stored, server) = (user.Text("salt"), Base64(user.Text("stored-key")), Base64(user.Text("server-key")));
        var iterations = user.Number("iterations") ?? 4096;
        var text = string.Create(CultureInfo.InvariantCulture, $"scram-sha256${iterations}${salt}${stored}${server}");
        return Hash(text, ScramCredential.TryParse(text, out _, out var problem), problem, node, user);
    }

    private static bool Hash(string text, bool isValid, string problem, JsonObject node, CrossbarSection user)
    {
        if (isValid)
        {
            node["hash"] = text;
        }
        else
        {
            user.Note(problem);
        }

        return isValid;
    }

    /// <summary>Crossbar.io writes these keys in hexadecimal digits.</summary>
    private static string? Base64(string? hex) =>
        hex is { Length: 64 } && hex.All(char.IsAsciiHexDigit) ? Convert.ToBase64String(Convert.FromHexString(hex)) : hex;

    private static bool Keys(CrossbarSection user, JsonObject node)
    {
        var keys = user.Texts("authorized_keys");
        node["authorized_keys"] = new JsonArray([.. keys.Select(key => JsonValue.Create(key))]);
        return keys.Count > 0;
    }

    private sealed record User(string Method, string AuthId, string Role, string? Realm, JsonObject Node, CrossbarSection From);
}
