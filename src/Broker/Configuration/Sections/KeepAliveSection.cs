using Broker.Configuration.Keys;

namespace Broker.Configuration.Sections;

/// <summary>How dead connections are found.</summary>
internal sealed record KeepAliveSection
{
    /// <summary>The silence before a ping.</summary>
    [Key("After how long a silence a WebSocket is pinged; any traffic counts. 0s: never.", Max = "1d")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The time for the answer.</summary>
    [Key("How long the answer to a ping may take.", Min = "1s", Max = "1d")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether RawSockets are pinged.</summary>
    [Key("Whether RawSocket peers are pinged, too. Common clients break on it; TCP keep-alive watches these connections.")]
    public bool RawSockets { get; init; }
}
