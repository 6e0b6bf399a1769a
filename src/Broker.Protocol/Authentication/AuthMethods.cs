namespace Broker.Authentication;

/// <summary>Authentication methods, those that the specification names and others: elements of <c>HELLO.Details.authmethods</c>.</summary>
public static class AuthMethods
{
    /// <summary>Whoever comes.</summary>
    public const string Anonymous = "anonymous";

    /// <summary>A secret that is sent as it is, maybe a token of a third party.</summary>
    public const string Ticket = "ticket";

    /// <summary>WAMP-CRA: a challenge signed with a shared secret.</summary>
    public const string WampCra = "wampcra";

    /// <summary>WAMP-SCRAM: both ends prove that they know the password, of which the router has only a trace.</summary>
    public const string WampScram = "wamp-scram";

    /// <summary>A challenge signed with an Ed25519 key.</summary>
    public const string Cryptosign = "cryptosign";

    /// <summary>
    /// The certificate of the client's end of the TLS connection. Not of the specification; Crossbar.io calls it so, too.
    /// </summary>
    public const string Tls = "tls";

    /// <summary>A cookie of the HTTP request that opened the WebSocket. Not of the specification; Crossbar.io calls it so, too.</summary>
    public const string Cookie = "cookie";

    /// <summary>The user that the application in which the router is embedded knows. Not of the specification.</summary>
    public const string Principal = "principal";
}
