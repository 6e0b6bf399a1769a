using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Configuration.Documents;
using Broker.Configuration.Sources;

namespace Broker.Configuration.Imports;

/// <summary>The configuration of a Crossbar.io node in our own words.</summary>
/// <param name="Text">The file; empty when there was nothing to convert.</param>
/// <param name="Notes">What differs and what was left out, a sentence each.</param>
internal sealed record CrossbarImport(string Text, IReadOnlyList<string> Notes)
{
    private static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
    };

    private static readonly string[] Differences =
    [
        "Differs: of the rules of a role the most specific one decides (exact, then wildcard, then prefix), whatever their order.",
        "Differs: meta procedures (wamp.*) need permission as all others do.",
        "Differs: wamp.session.kill and the like, remove_callee and remove_subscriber are allowed only by rules that begin with wamp. themselves, "
            + "not by one for everything.",
        "Differs: a pattern can be subscribed or registered only where everything that it matches is allowed.",
        "Differs: timeout of CALL counts milliseconds, but in these realms seconds, as their clients expect (call_timeout.in_seconds).",
        "Differs: authentication belongs to a realm here, not to a transport: all listeners offer it.",
        "Differs: every limit has a default (messages up to 1 MiB, pings after 20 s of silence ...): see docs/configuration.md.",
    ];

    /// <summary>Converts.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="bytes">Its text.</param>
    public static CrossbarImport Read(string name, byte[] bytes)
    {
        JsonObject? node;
        try
        {
            var content = JsonText.WithoutMark(bytes);
            RequireText(content);
            node = JsonNode.Parse(content, documentOptions: Lenient) as JsonObject;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return new CrossbarImport("", [$"{name} is no JSON, or has a key twice: {exception.Message}"]);
        }

        var notes = new List<string>();
        var workers = new CrossbarSection(node, "config", notes);
        var routers = workers.Sections("workers").Where(IsRouter).ToList();
        workers.Ignore("version", "$schema");
        workers.NoteRest();
        if (routers.Count == 0)
        {
            return new CrossbarImport("", [$"{name} has no worker of type router."]);
        }

        var file = new JsonObject { ["$schema"] = "./" + SchemaDocument.FileName };
        var transports = new CrossbarTransports(file);
        var realms = new CrossbarRealms();
        foreach (var router in routers)
        {
            realms.AddAll(router.Sections("realms"));
            transports.AddAll(router.Sections("transports"));
            router.Ignore("type", "id");
            router.NoteRest();
        }

        realms.Authenticate(transports.Auth);
        file["listeners"] = transports.Listeners;
        file["realms"] = realms.Nodes;
        if (Escape(file))
        {
            notes.Add("Texts with ${ stand in the result as they were, by $${: where a variable of the environment is meant, write ${env:NAME}.");
        }

        var text = file.ToJsonString(JsonText.Indented) + "\n";
        return new CrossbarImport(text, [.. notes, .. Differences, .. Check(text)]);
    }

    /// <summary>Reads all texts: where they are needed it would be too late to say that one holds half a character.</summary>
    /// <exception cref="InvalidOperationException">One does.</exception>
    private static void RequireText(ReadOnlySpan<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
            {
                reader.GetString();
            }
        }
    }

    /// <summary>Has texts mean the same where <c>${...}</c> would be filled in.</summary>
    /// <returns>Whether there were any.</returns>
    private static bool Escape(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject section:
                return section.ToList().Aggregate(false, (any, member) => Escape(member.Value) || any);
            case JsonArray list:
                return list.ToList().Aggregate(false, (any, item) => Escape(item) || any);
            case JsonValue value when value.TryGetValue<string>(out var text) && text.Contains("${", StringComparison.Ordinal):
                value.ReplaceWith(text.Replace("${", "$${", StringComparison.Ordinal));
                return true;
            default:
                return false;
        }
    }

    private static bool IsRouter(CrossbarSection worker)
    {
        var type = worker.Text("type");
        if (type != "router")
        {
            worker.Note($"a worker of type {type ?? "?"} was left out: run it as a program of its own, with any WAMP client.");
        }

        return type == "router";
    }

    /// <summary>What the router will say of the file that is not said yet.</summary>
    private static IEnumerable<string> Check(string text)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            var reading = new ConfigurationSource(path, new Dictionary<string, string>(), new Flags()).Read();
            return [.. reading.Faults.Select(fault => $"To be mended in the result: {fault.Path}: {fault.Text}")];
        }
        finally
        {
            File.Delete(path);
        }
    }
}
