using Broker.Configuration.Keys;

namespace Broker.Configuration.Sections;

/// <summary>The listener for operators.</summary>
internal sealed record OpsSection
{
    /// <summary>The address.</summary>
    [Key("The address: HOST:PORT or unix:/path/to/socket. Never open it to clients.", Example = "\"127.0.0.1:9090\"", NeedsRestart = true)]
    public required ListenAddress Listen { get; init; }
}
