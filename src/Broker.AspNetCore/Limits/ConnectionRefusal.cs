namespace Broker.Limits;

/// <summary>Why there is no room for a connection.</summary>
internal enum ConnectionRefusal
{
    /// <summary>There is room.</summary>
    None,

    /// <summary>The router has as many as it may have.</summary>
    Total,

    /// <summary>So many come from its address.</summary>
    PerAddress,

    /// <summary>So many have come within a second.</summary>
    Rate,
}

/// <summary>The words for it.</summary>
internal static class ConnectionRefusals
{
    /// <summary>One sentence for the peer, with the remedy.</summary>
    public static string Describe(this ConnectionRefusal refusal) => refusal switch
    {
        ConnectionRefusal.Total => "The router has as many connections as it may have: try again later.",
        ConnectionRefusal.PerAddress => "There are as many connections from this address as there may be: close some, and try again.",
        ConnectionRefusal.Rate => "Too many connections come at once: try again in some seconds.",
        _ => "",
    };

    /// <summary>The name in metrics; stable.</summary>
    public static string Tag(this ConnectionRefusal refusal) => refusal switch
    {
        ConnectionRefusal.Total => "connection_limit",
        ConnectionRefusal.PerAddress => "address_limit",
        ConnectionRefusal.Rate => "connection_rate",
        _ => throw new ArgumentOutOfRangeException(nameof(refusal)),
    };
}
