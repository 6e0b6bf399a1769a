using System.Text.Json.Nodes;

namespace Broker.Models;

/// <summary>A message that a session must get, as the list that it is on the wire.</summary>
internal sealed class Expected
{
    private readonly object[] _elements; // JsonNode or RouterChosenId
    private readonly JsonArray? _payload; // null: whatever there is, such as the sentence in an ERROR of the router's own

    private Expected(object[] elements, JsonArray? payload)
    {
        _elements = elements;
        _payload = payload;
    }

    /// <summary>
    /// Messages of one step with a rank come in the order of their ranks; where those without one come, the specification leaves open.
    /// </summary>
    public int? Rank { get; init; }

    /// <summary>A message that ends with a payload, or has none.</summary>
    /// <param name="payload">Arguments and ArgumentsKw, as far as they are there.</param>
    /// <param name="elements">What comes before: numbers, texts, dicts, and ids that the router chooses.</param>
    public static Expected Message(JsonArray payload, params object[] elements) => new([.. elements.Select(Element)], payload);

    /// <summary>The same, ranked.</summary>
    public static Expected Ranked(int rank, JsonArray payload, params object[] elements) =>
        new([.. elements.Select(Element)], payload) { Rank = rank };

    /// <summary>An ERROR of the router's own.</summary>
    public static Expected Refusal(int requestType, long request, string error) =>
        new([.. new object[] { 8, requestType, request, new JsonObject(), error }.Select(Element)], payload: null);

    /// <summary>Whether <paramref name="message"/> may be this one.</summary>
    public bool Fits(JsonArray message)
    {
        if (message.Count < _elements.Length)
        {
            return false;
        }

        for (var i = 0; i < _elements.Length; i++)
        {
            if (!Fits(_elements[i], message[i]))
            {
                return false;
            }
        }

        return _payload is null || JsonNode.DeepEquals(_payload, Wire.Payload(message, _elements.Length));
    }

    /// <summary>Settles the ids that <paramref name="message"/>, which fits, has shown.</summary>
    public void Settle(JsonArray message)
    {
        for (var i = 0; i < _elements.Length; i++)
        {
            if (_elements[i] is RouterChosenId chosen)
            {
                chosen.Settle(message[i]!.GetValue<long>());
            }
        }
    }

    public override string ToString()
    {
        var payload = _payload is null ? ["..."] : _payload.Select(Wire.Text);
        return Wire.Describe(_elements[0], string.Join(',', _elements.Select(Text).Concat(payload)));
    }

    private static object Element(object element) => element switch
    {
        RouterChosenId or JsonNode => element,
        int number => JsonValue.Create((long)number),
        long number => JsonValue.Create(number),
        string text => JsonValue.Create(text),
        _ => throw new ArgumentException($"{element} is no element of a message.", nameof(element)),
    };

    private static string Text(object element) => element is JsonNode node ? Wire.Text(node) : element.ToString()!;

    private static bool Fits(object element, JsonNode? actual) => element is RouterChosenId chosen
        ? actual is JsonValue value && value.TryGetValue<long>(out var id) && chosen.Admits(id)
        : JsonNode.DeepEquals((JsonNode)element, actual);
}
