using System.Text.Json.Nodes;

namespace Broker.Authentication;

/// <summary>How somebody was accepted who is now known again by a cookie.</summary>
/// <param name="Method">The authentication method.</param>
/// <param name="Provider">The <c>authprovider</c>.</param>
/// <param name="Evidence"><see cref="AuthenticationResult.Accepted.Evidence"/>.</param>
internal sealed record CookieOrigin(string Method, string Provider, string? Evidence)
{
    /// <summary>Writes what <see cref="Read"/> reads: a JSON list.</summary>
    public string ToText() => new JsonArray(Method, Provider, Evidence).ToJsonString();

    /// <summary>Reads a text of <see cref="ToText"/>.</summary>
    public static CookieOrigin Read(string text)
    {
        var list = JsonNode.Parse(text)!.AsArray();
        return new CookieOrigin(list[0]!.GetValue<string>(), list[1]!.GetValue<string>(), list[2]?.GetValue<string>());
    }

    /// <summary>The client as it was when it was accepted.</summary>
    public AcceptedClient Of(AcceptedClient client) => client with
    {
        Method = Method,
        Identity = client.Identity with { AuthMethod = Method, AuthProvider = Provider },
        Evidence = Evidence,
    };
}
