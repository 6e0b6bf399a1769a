namespace Broker.Authentication;

/// <summary>Addresses on the way to which nobody can read or change anything.</summary>
internal static class SafeAddress
{
    /// <summary>Whether an address is one of <c>https</c>, or of <c>http</c> on this machine.</summary>
    public static bool Is(Uri url) =>
        url.IsAbsoluteUri && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback));
}
