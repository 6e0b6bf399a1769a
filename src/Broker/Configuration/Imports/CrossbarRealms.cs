using System.Text.Json.Nodes;

namespace Broker.Configuration.Imports;

/// <summary>Converts realms, their roles and permissions.</summary>
internal sealed class CrossbarRealms
{
    private static readonly string[] Actions = ["call", "register", "publish", "subscribe"];

    /// <summary>What they have become.</summary>
    public JsonArray Nodes { get; } = [];

    /// <summary>Converts realms.</summary>
    public void AddAll(IEnumerable<CrossbarSection> realms)
    {
        foreach (var realm in realms)
        {
            Nodes.Add((JsonNode)Realm(realm));
        }
    }

    /// <summary>Gives users to the realms that have their roles.</summary>
    public void Authenticate(CrossbarAuth auth)
    {
        foreach (var realm in Nodes.OfType<JsonObject>())
        {
            var roles = realm["roles"]!.AsArray().Select(role => role!["name"]!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
            if (auth.For(realm["name"]!.GetValue<string>(), roles) is { Count: > 0 } node)
            {
                realm["auth"] = node;
            }
        }

        auth.NoteRest();
    }

    private static JsonObject Realm(CrossbarSection realm)
    {
        var node = new JsonObject { ["name"] = realm.Text("name") ?? "" };
        node["roles"] = new JsonArray([.. realm.Sections("roles").Select(Role)]);
        node["call_timeout"] = new JsonObject { ["in_seconds"] = true };
        var options = realm.Section("options");
        if (options.Text("uri_check") == "strict")
        {
            node["uri_rules"] = "strict";
        }

        if (options.Exists && options.Names.Contains("enable_meta_api") && !options.Switch("enable_meta_api"))
        {
            node["meta_api"] = false;
        }

        options.NoteRest();
        var store = realm.Section("store");
        if (store.Sections("event-history") is { Count: > 0 } rules)
        {
            node["history"] = new JsonArray([.. rules.Select(History)]);
        }

        if (store.Exists && store.Text("type") != "memory")
        {
            store.Note("events are recorded in memory only.");
        }

        store.NoteRest();
        realm.Ignore("id");
        realm.NoteRest();
        return node;
    }

    private static JsonObject History(CrossbarSection rule)
    {
        var node = new JsonObject { ["uri"] = rule.Text("uri") };
        if (rule.Text("match") is { } match)
        {
            node["match"] = match;
        }

        if (rule.Number("limit") is { } limit and > 0)
        {
            node["max_events"] = limit;
        }

        rule.NoteRest();
        return node;
    }

    private static JsonNode Role(CrossbarSection role)
    {
        var node = new JsonObject { ["name"] = role.Text("name") ?? "" };
        var permissions = role.Sections("permissions");
        if (permissions.Count > 0)
        {
            node["permissions"] = new JsonArray([.. permissions.Select(Permission)]);
        }

        if (role.Text("authorizer") is { } authorizer)
        {
            node["authorizer"] = authorizer;
        }

        role.Ignore("id");
        role.NoteRest();
        return node;
    }

    private static JsonNode Permission(CrossbarSection rule)
    {
        var (uri, match) = (rule.Text("uri") ?? "", rule.Text("match"));
        if (match is null && uri.EndsWith('*'))
        {
            (uri, match) = (uri[..^1], "prefix");
        }

        var node = new JsonObject { ["uri"] = uri };
        if (match is not null and not "exact")
        {
            node["match"] = match;
        }

        // Older files have the four actions beside the URI.
        var allow = rule.Section("allow");
        node["allow"] = new JsonObject(Actions
            .Where(action => allow.Exists ? allow.Switch(action) : rule.Switch(action))
            .Select(action => KeyValuePair.Create(action, (JsonNode?)JsonValue.Create(true))));
        var disclose = rule.Section("disclose");
        var (caller, publisher) = (disclose.Switch("caller"), disclose.Switch("publisher"));
        if (caller || publisher)
        {
            node["disclose"] = new JsonObject { ["caller"] = caller, ["publisher"] = publisher };
        }

        if (rule.Switch("cache"))
        {
            node["cache"] = true;
        }

        allow.NoteRest();
        disclose.NoteRest();
        rule.Ignore(Actions);
        rule.NoteRest();
        return node;
    }
}
