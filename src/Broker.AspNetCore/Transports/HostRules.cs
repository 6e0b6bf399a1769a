using Microsoft.AspNetCore.Http;

namespace Broker.Transports;

/// <summary>
/// By which names a listener may be called: those listed, or, where none is, any. What is listed is a name or an address without a port, or <c>*.example.com</c> for all
/// names below example.com (not for itself). Thread-safe.
/// </summary>
public static class HostRules
{
    private const string AnySubdomain = "*.";

    /// <summary>Whether a request with this Host may go on.</summary>
    /// <param name="host">The Host field, with or without a port.</param>
    /// <param name="allowed">What is listed.</param>
    public static bool Allow(string host, IReadOnlyList<string> allowed)
    {
        if (allowed.Count == 0)
        {
            return true;
        }

        var name = new HostString(host).Host;
        return allowed.Any(pattern => pattern.StartsWith(AnySubdomain, StringComparison.Ordinal)
            ? name.Length >= pattern.Length && name.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase)
            : string.Equals(name, pattern, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether <paramref name="text"/> can be listed.</summary>
    public static bool IsPattern(string text) =>
        Uri.CheckHostName(text.StartsWith(AnySubdomain, StringComparison.Ordinal) ? text[AnySubdomain.Length..] : text) switch
        {
            UriHostNameType.Dns or UriHostNameType.IPv4 => true,
            UriHostNameType.IPv6 => text is ['[', .., ']'],
            _ => false,
        };
}
