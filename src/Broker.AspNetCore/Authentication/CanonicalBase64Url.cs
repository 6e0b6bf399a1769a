using System.Buffers;
using System.Buffers.Text;

namespace Broker.Authentication;

/// <summary>
/// base64url without padding, one text for each value: what is sealed or signed has no second text that is taken as well.
/// </summary>
internal static class CanonicalBase64Url
{
    public static bool Is(string text)
    {
        var octets = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        return Base64Url.DecodeFromChars(text, octets, out _, out var count) == OperationStatus.Done
            && Base64Url.EncodeToString(octets.AsSpan(0, count)) == text;
    }
}
