using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Broker.Configuration.Sources;
using Json.Schema;

namespace Broker.Configuration.Documents;

/// <summary>What is shipped about the configuration is made of the one description of its keys.</summary>
public sealed class ShippedDocumentTests
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private static string Start => StartingFile.Write(new ConfigurationSource(null, new Dictionary<string, string>(), new Flags()).Read().Configuration);

    [Theory]
    [InlineData("src/Broker/broker.schema.json", "schema")]
    [InlineData("docs/configuration.md", "reference")]
    public void A_shipped_file_is_what_its_command_prints(string file, string command)
    {
        var text = command == "schema" ? SchemaDocument.Write() : ReferenceDocument.Write();

        Assert.True(text == File.ReadAllText(Path.Combine(Repository(), file)), $"Write it anew: dotnet src/Broker/bin/Release/net10.0/Broker.dll {command} > {file}");
    }

    [Fact]
    public void The_starting_file_is_in_order()
    {
        Assert.Empty(WrittenFile.FaultsOf(Start));
        Assert.True(MatchesSchema(Start));
    }

    [Fact]
    public void Everything_in_comments_can_be_uncommented()
    {
        var all = string.Join('\n', Start.Split('\n').Select(line => line.TrimStart().StartsWith("// \"", StringComparison.Ordinal) ? line.TrimStart()[3..] : line));

        Assert.NotEqual(Start, all);
        Assert.Empty(WrittenFile.FaultsOf(all));
        Assert.True(MatchesSchema(all));
        var configured = WrittenFile.Read(all).Values.Where(value => value.Origin.Line > 0).Select(value => Generic(value.Path)).ToList();
        Assert.All(
            WrittenFile.Read("{}").Values.Select(value => Generic(value.Path)),
            path => Assert.Contains(configured, other => $"{other}.".StartsWith($"{path}.", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("""{ "limits": { "mesage_size": "1MiB" } }""")]
    [InlineData("""{ "limits": { "message_size": "1MB" } }""")]
    [InlineData("""{ "limits": { "message_size": 1 } }""")]
    [InlineData("""{ "limits": { "nesting": 3 } }""")]
    [InlineData("""{ "limits": { "nesting": "3" } }""")]
    [InlineData("""{ "close_timeout": "2" }""")]
    [InlineData("""{ "log": { "format": "pretty" } }""")]
    [InlineData("""{ "realms": [ {} ] }""")]
    [InlineData("""{ "allow_anonymous": "yes" }""")]
    public void The_schema_refuses_what_the_router_refuses(string json)
    {
        Assert.NotEmpty(WrittenFile.FaultsOf(json));
        Assert.False(MatchesSchema(json));
    }

    [Theory]
    [InlineData("""{ "limits": { "message_size": "${env:SIZE}", "nesting": "${env:DEPTH}" }, "allow_anonymous": "${env:OPEN}" }""")]
    [InlineData("""{ "realms": [ { "name": "a", "roles": [ { "name": "r", "permissions": [ { "uri": "", "match": "prefix", "allow": { "call": true } } ] } ], "auth": null } ] }""")]
    [InlineData("""{ "ops": null, "log": { "levels": { "Broker.Router": "debug" } } }""")]
    public void The_schema_takes_references_and_whatever_the_model_knows(string json) => Assert.True(MatchesSchema(json));

    private static bool MatchesSchema(string json)
    {
        using var document = JsonDocument.Parse(json, Lenient);
        return JsonSchema.FromText(SchemaDocument.Write()).Evaluate(document.RootElement).IsValid;
    }

    private static string Generic(string path) => Regex.Replace(path, "\\.[0-9]+|\\.\"[^\"]*\"", "", RegexOptions.NonBacktracking);

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Broker.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
