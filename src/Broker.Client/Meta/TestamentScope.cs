namespace Broker.Client.Meta;

/// <summary>
/// When a testament is published (WAMP specification, "Session Testament"). For routers that do not resume sessions both are the same
/// moment.
/// </summary>
public enum TestamentScope
{
    /// <summary><c>destroyed</c>, the default: when the session is gone for good.</summary>
    Destroyed,

    /// <summary><c>detached</c>: when the session has lost its connection.</summary>
    Detached,
}
