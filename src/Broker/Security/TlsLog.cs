namespace Broker.Security;

/// <summary>What is logged of certificates. Event ids are API.</summary>
internal static partial class TlsLog
{
    /// <summary>New handshakes use what was read.</summary>
    [LoggerMessage(111, LogLevel.Information, "The certificate {File} was read again. It expires at {Expiry:u}.")]
    public static partial void Reloaded(ILogger logger, string file, DateTime expiry);

    /// <summary>What was read cannot be used.</summary>
    [LoggerMessage(112, LogLevel.Error, "The certificate in use stays. {Text}")]
    public static partial void Rejected(ILogger logger, string text);

    /// <summary>It is time to renew it.</summary>
    [LoggerMessage(113, LogLevel.Warning, "The certificate {File} expires at {Expiry:u}, in {Days} days: renew it.")]
    public static partial void ExpiresSoon(ILogger logger, string file, DateTime expiry, int days);

    /// <summary>It is too late.</summary>
    [LoggerMessage(114, LogLevel.Error, "The certificate {File} has expired at {Expiry:u}, and clients refuse it: renew it.")]
    public static partial void Expired(ILogger logger, string file, DateTime expiry);
}
