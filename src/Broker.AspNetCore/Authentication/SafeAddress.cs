namespace Broker.Authentication;

/// <summary>Addresses of web servers: which are safe to ask, and what messages call them.</summary>
internal static class SafeAddress
{
    /// <summary>Whether an address is one of <c>https</c>, or of <c>http</c> on this machine.</summary>
    public static bool Is(Uri url) =>
        url.IsAbsoluteUri && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback));

    /// <summary>
    /// What asks addresses. A proxy, which the environment may name, is used for https alone: what is plain is for this machine, and no proxy's to read or answer.
    /// </summary>
    /// <param name="scheme">Of which addresses: <c>https</c> or <c>http</c>.</param>
    /// <param name="mostBytes">The longest answer.</param>
    /// <param name="timeout">How long an answer may take.</param>
    public static HttpClient Client(string scheme, int mostBytes, TimeSpan timeout) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = scheme == Uri.UriSchemeHttps,
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
    })
    {
        MaxResponseContentBufferSize = mostBytes,
        Timeout = timeout,
    };

    /// <summary>What messages call it: without its query, in which secrets may be.</summary>
    public static string Name(Uri url) => url.IsAbsoluteUri ? url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : url.ToString();

    /// <summary>Sees that there is no user in it: HTTP would not be told of it.</summary>
    /// <exception cref="ArgumentException">There is one.</exception>
    public static void RequireNoUser(Uri url)
    {
        if (url.IsAbsoluteUri && url.UserInfo.Length > 0)
        {
            throw new ArgumentException($"The address {Name(url)} has a user in front of its host, which is not sent: use a header, such as Authorization.");
        }
    }
}
