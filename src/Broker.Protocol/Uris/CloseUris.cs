namespace Broker.Uris;

/// <summary>The reasons of GOODBYE (WAMP specification, "Session Closing").</summary>
public static class CloseUris
{
    /// <summary>The router shuts down.</summary>
    public const string SystemShutdown = "wamp.close.system_shutdown";

    /// <summary>The client leaves the realm.</summary>
    public const string CloseRealm = "wamp.close.close_realm";

    /// <summary>The answer to a GOODBYE.</summary>
    public const string GoodbyeAndOut = "wamp.close.goodbye_and_out";

    /// <summary>The session was killed.</summary>
    public const string Killed = "wamp.close.killed";
}
