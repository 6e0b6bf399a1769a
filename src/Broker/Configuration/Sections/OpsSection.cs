using Broker.Configuration.Keys;

namespace Broker.Configuration.Sections;

/// <summary>The listener for operators.</summary>
internal sealed record OpsSection
{
    /// <summary>The address.</summary>
    [Key("The address: HOST:PORT or unix:/path/to/socket. Never open it to clients.", NeedsRestart = true)]
    public ListenAddress Listen { get; init; } = ListenAddress.Parse("127.0.0.1:9090");
}
