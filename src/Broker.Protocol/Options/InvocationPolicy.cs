namespace Broker.Options;

/// <summary>Which of the callees of one registration gets a call (WAMP specification, "Shared Registration").</summary>
public enum InvocationPolicy : byte
{
    /// <summary><c>single</c>, the default: there is only one callee.</summary>
    Single,

    /// <summary><c>first</c>: the one that registered first.</summary>
    First,

    /// <summary><c>last</c>: the one that registered last.</summary>
    Last,

    /// <summary><c>roundrobin</c>: one after the other.</summary>
    RoundRobin,

    /// <summary><c>random</c>: any, each as likely as the others.</summary>
    Random,
}
