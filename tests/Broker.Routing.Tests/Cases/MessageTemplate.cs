using System.Text.Json.Nodes;

namespace Broker.Cases;

/// <summary>A message with strings such as <c>"$next"</c> in the place of ids that show only when it is sent.</summary>
internal static class MessageTemplate
{
    /// <summary>The message as it is sent, or null when something it names does not exist.</summary>
    /// <param name="template">JSON text.</param>
    /// <param name="find">Finds the id that a name, without its <c>$</c>, stands for.</param>
    public static JsonNode? Resolve(string template, Func<string, long?> find)
    {
        var root = new JsonArray(JsonNode.Parse(template)); // so that the message, too, can be replaced
        return TryResolve(root, find) ? root[0] : null;
    }

    private static bool TryResolve(JsonNode node, Func<string, long?> find)
    {
        switch (node)
        {
            case JsonArray list:
                return list.ToList().TrueForAll(element => element is null || TryResolve(element, find));
            case JsonObject dict:
                return dict.ToList().TrueForAll(entry => entry.Value is null || TryResolve(entry.Value, find));
            case JsonValue value when value.TryGetValue<string>(out var text) && text.StartsWith('$'):
                if (find(text[1..]) is not { } id)
                {
                    return false;
                }

                value.ReplaceWith(id);
                return true;
            default:
                return true;
        }
    }
}
