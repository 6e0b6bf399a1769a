namespace Broker.Configuration.Reloads;

/// <summary>What is logged about reloading. Event ids are API.</summary>
internal static partial class ReloadLog
{
    /// <summary>A new configuration is in force.</summary>
    [LoggerMessage(101, LogLevel.Information, "The configuration was reloaded: {Changes}.")]
    public static partial void Reloaded(ILogger logger, string changes);

    /// <summary>A new configuration was refused.</summary>
    [LoggerMessage(102, LogLevel.Error, "The new configuration is rejected, and nothing has changed: {Reasons}")]
    public static partial void Rejected(ILogger logger, Exception? exception, string reasons);

    /// <summary>What was read is what is in force.</summary>
    [LoggerMessage(103, LogLevel.Debug, "The configuration was read again, and says nothing new.")]
    public static partial void Unchanged(ILogger logger);

    /// <summary>There is nothing to read.</summary>
    [LoggerMessage(104, LogLevel.Information, "SIGHUP came, but there is no configuration file to read again: the flags and the environment stay as they are.")]
    public static partial void NoFile(ILogger logger);

    /// <summary>A fault of ours while files were looked at.</summary>
    [LoggerMessage(105, LogLevel.Error, "Looking after files that may have changed has failed.")]
    public static partial void LookFailed(ILogger logger, Exception exception);
}
