using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Messages;
using Broker.Serialization;

namespace Broker.Sessions;

/// <summary>What a procedure has answered. Binary values are strings that start with U+0000 and go on in base64.</summary>
/// <param name="Error">The URI of an ERROR; null for a RESULT.</param>
/// <param name="Arguments">The positional arguments.</param>
/// <param name="ArgumentsKw">The keyword arguments.</param>
public sealed record ProcedureAnswer(string? Error, JsonArray Arguments, JsonObject ArgumentsKw)
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = DecodeLimits.DepthCeiling };

    /// <summary>Reads RESULT or ERROR.</summary>
    /// <exception cref="JsonException">A dict has a key twice.</exception>
    internal static ProcedureAnswer Read(ReadOnlySpan<byte> json)
    {
        var message = MessageParser.Parse(SerializerKind.Json, json, RouterSession.Limits);
        message.Payload.Split(SerializerKind.Json, out var arguments, out var argumentsKw);
        return new ProcedureAnswer(
            message.Type == MessageType.Error ? System.Text.Encoding.UTF8.GetString(message.Uri) : null,
            arguments.IsEmpty ? [] : JsonNode.Parse(arguments, nodeOptions: null, Options)!.AsArray(),
            argumentsKw.IsEmpty ? [] : JsonNode.Parse(argumentsKw, nodeOptions: null, Options)!.AsObject());
    }
}
