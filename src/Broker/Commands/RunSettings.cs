namespace Broker.Commands;

/// <summary>What the command line asks for.</summary>
/// <param name="Listen">Where to listen.</param>
/// <param name="Realms">The realms.</param>
/// <param name="Path">The WebSocket path.</param>
/// <param name="AllowAnonymous">Whether anonymous sessions are taken from everywhere.</param>
/// <param name="AllowedOrigins">Origins of web pages besides the usual ones.</param>
/// <param name="LogLevel">The least level that is logged.</param>
internal sealed record RunSettings(
    IReadOnlyList<ListenAddress> Listen,
    IReadOnlyList<string> Realms,
    string Path,
    bool AllowAnonymous,
    IReadOnlyList<string> AllowedOrigins,
    LogLevel LogLevel);
