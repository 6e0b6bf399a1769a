namespace Broker.Authentication;

/// <summary>The authentication methods that the specification names: elements of <c>HELLO.Details.authmethods</c>.</summary>
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
}
