using System.Text.Json.Nodes;

namespace Broker.Client.Authentication;

/// <summary>What AUTHENTICATE carries.</summary>
/// <param name="Signature">AUTHENTICATE.Signature: ticket, signature or proof.</param>
/// <param name="Extra">AUTHENTICATE.Extra; null for <c>{}</c>.</param>
public sealed record AuthenticationAnswer(string Signature, JsonObject? Extra = null)
{
    /// <summary>Tells nothing of the signature, which may be a secret.</summary>
    public override string ToString() => nameof(AuthenticationAnswer);
}
