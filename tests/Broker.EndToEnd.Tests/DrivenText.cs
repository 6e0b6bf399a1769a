using System.Text.Json;
using System.Text.Json.Nodes;

namespace Broker.EndToEnd;

/// <summary>How arguments are written in tests: <c>[1,"two"]</c>, with keywords <c>[1,"two"] {"key":3}</c>.</summary>
internal static class DrivenText
{
    public static string Of(string? arguments, string? argumentsKw) =>
        Compact(argumentsKw ?? "{}") is var dict && dict == "{}" ? Compact(arguments ?? "[]") : $"{Compact(arguments ?? "[]")} {dict}";

    public static string Of(JsonElement line) => Of(line.GetProperty("args").GetRawText(), line.GetProperty("kwargs").GetRawText());

    /// <summary>Languages put different white space between the tokens.</summary>
    private static string Compact(string json) => JsonNode.Parse(json)!.ToJsonString();
}
