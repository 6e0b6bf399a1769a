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
    private readonly List<Anonymous> _anonymous = [];
    private readonly List<CrossbarSection> _open = [];
    private readonly HashSet<object> _placed = [];
    private JsonObject? _procedure;
    private int _transports;

    /// <summary>Takes the auth of a transport.</summary>
    public void Add(CrossbarSection auth)
    {
        _transports++;
        if (!auth.Exists)
        {
            _open.Add(auth);
        }

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
        if (AnonymousRole(realm, roles) is { } role)
        {
            auth["anonymous"] = new JsonObject { ["role"] = role };
        }

        if (_procedure is not null)
        {
            auth["procedure"] = _procedure.DeepClone();
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

    /// <summary>Reports what found no realm.</summary>
    public void NoteRest()
    {
        foreach (var user in _users.Where(user => !_placed.Contains(user)))
        {
            user.From.Note(user.Realm is null
                ? $"was left out: no realm has the role {user.Role}."
                : $"was left out: there is no realm {user.Realm} that has the role {user.Role}.");
        }

        foreach (var one in _anonymous.Where(one => !_placed.Contains(one)))
        {
            one.From.Note($"was left out: no realm has the role {one.Role}.");
        }

        if (_users.Count + _anonymous.Count > 0 || _procedure is not null)
        {
            _open.ForEach(auth => auth.Note(
                "Crossbar.io takes anonymous sessions where there is no auth; here only the methods count that other transports name."));
        }
    }

    /// <summary>
    /// All listeners offer it here. Where transports differ, one that only some can reach may have given a role that is not for all.
    /// </summary>
    private string? AnonymousRole(string realm, IReadOnlySet<string> roles)
    {
        var offered = _anonymous.Where(one => roles.Contains(one.Role)).ToList();
        offered.ForEach(one => _placed.Add(one));
        if (offered.Select(one => one.Role).Distinct().Count() > 1)
        {
            offered.ForEach(one => one.From.Note(
                $"was left out: other transports give anonymous sessions another role than {one.Role}, and a realm has one; write the one that "
                + $"is good for all listeners into auth.anonymous of the realm {realm}."));
            return null;
        }

        if (offered.Count > 0 && offered.Count < _transports)
        {
            offered[0].From.Note(
                $"anonymous sessions of the realm {realm} get the role {offered[0].Role} at every listener here, also where Crossbar.io took none; "
                + "if that is not meant, leave auth.anonymous out.");
        }

        return offered.FirstOrDefault()?.Role;
    }

    private void Add(string method, CrossbarSection section)
    {
        var type = section.Text("type") ?? Static;
        switch (method, type)
        {
            case ("anonymous", Static):
                _anonymous.Add(new Anonymous(section.Text("role") ?? "anonymous", section));
                break;
            case ("cookie", _):
                section.Note("cookie was left out: see auth.cookie of a realm.");
                return;
            case ("ticket" or "wampcra" or "scram" or "cryptosign", Dynamic) when section.Text("authenticator") is { } procedure:
                AddProcedure(procedure, method, section);
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

    private void AddProcedure(string uri, string method, CrossbarSection section)
    {
        _procedure ??= new JsonObject { ["uri"] = uri, ["methods"] = new JsonArray() };
        if (_procedure["uri"]!.GetValue<string>() is var kept && kept != uri)
        {
            section.Note($"was left out: a realm has one procedure that knows users, and {kept} was kept, not {uri}.");
            return;
        }

        var methods = _procedure["methods"]!.AsArray();
        if (!methods.Any(one => one!.GetValue<string>() == method))
        {
            methods.Add((JsonNode)method);
        }

        section.Note("the procedure is called within the realm that is joined; see auth.procedure.");
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

    private sealed record Anonymous(string Role, CrossbarSection From);

    private sealed record User(string Method, string AuthId, string Role, string? Realm, JsonObject Node, CrossbarSection From);
}
