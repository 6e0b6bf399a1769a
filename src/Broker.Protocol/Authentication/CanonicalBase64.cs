using System.Diagnostics.CodeAnalysis;

namespace Broker.Authentication;

/// <summary>base64 as WAMP-SCRAM demands it: padded, without white space, one text for each value (RFC 4648, section 3.5).</summary>
internal static class CanonicalBase64
{
    public static bool TryDecode(string text, [NotNullWhen(true)] out byte[]? octets)
    {
        octets = new byte[text.Length / 4 * 3];
        if (!Convert.TryFromBase64String(text, octets, out var count))
        {
            octets = null;
            return false;
        }

        octets = octets[..count];
        if (Convert.ToBase64String(octets) == text)
        {
            return true;
        }

        octets = null;
        return false;
    }

    /// <summary>Decodes a text whose octets have a known length.</summary>
    public static bool TryDecode(string text, int length, [NotNullWhen(true)] out byte[]? octets)
    {
        if (TryDecode(text, out octets) && octets.Length == length)
        {
            return true;
        }

        octets = null;
        return false;
    }
}
