namespace Broker.Sessions;

/// <summary>Where a connection's session is (WAMP specification, "Sessions").</summary>
internal enum SessionPhase
{
    /// <summary>There is none; HELLO opens one.</summary>
    Closed,

    /// <summary>HELLO is there; the router asks who it is, or waits for AUTHENTICATE.</summary>
    Challenging,

    /// <summary>WELCOME is sent; messages are routed.</summary>
    Established,

    /// <summary>The router has sent GOODBYE and waits for the answer; all else is ignored.</summary>
    ShuttingDown,
}
