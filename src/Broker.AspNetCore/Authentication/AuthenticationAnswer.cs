using System.Text.Json.Nodes;

namespace Broker.Authentication;

/// <summary>AUTHENTICATE.</summary>
/// <param name="Signature"><c>Signature</c>: the secret, or what proves to know it.</param>
/// <param name="Extra"><c>Extra</c>; binary values are strings that start with U+0000 and go on in base64.</param>
public sealed record AuthenticationAnswer(string Signature, JsonObject Extra);
