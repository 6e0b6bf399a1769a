using Microsoft.Extensions.Logging;

namespace Broker.Hosting;

/// <summary>
/// The router's clock. A fault of ours in what a timer runs (a call's timeout, the heartbeat) ends here and in the log: on a timer's thread nobody else would catch
/// it, and it would end the process with all its sessions. Thread-safe.
/// </summary>
internal sealed class GuardedTime(TimeProvider time, ILogger logger) : TimeProvider
{
    public override long TimestampFrequency => time.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => time.LocalTimeZone;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        time.CreateTimer(
            seen =>
            {
                try
                {
                    callback(seen);
                }
                catch (Exception exception)
                {
                    Log.TimerFailed(logger, exception);
                }
            },
            state,
            dueTime,
            period);
}
