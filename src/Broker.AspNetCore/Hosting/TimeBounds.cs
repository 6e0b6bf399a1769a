using System.Runtime.CompilerServices;

namespace Broker.Hosting;

/// <summary>How long the times may be that users choose.</summary>
internal static class TimeBounds
{
    /// <summary>The longest time that somebody is waited for. Timers of .NET take 49 days at the most, and would fail when they are needed.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    /// <summary>The longest time that something is remembered.</summary>
    public static readonly TimeSpan LongestMemory = TimeSpan.FromDays(365);

    /// <summary>Whether a time may be waited for.</summary>
    public static bool IsWait(TimeSpan time) => time > TimeSpan.Zero && time <= LongestWait;

    /// <summary>Whether something may be remembered for a time, which may be none.</summary>
    public static bool IsMemory(TimeSpan time) => time >= TimeSpan.Zero && time <= LongestMemory;

    /// <summary>Refuses a time that cannot be waited for.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It cannot.</exception>
    public static void RequireWait(TimeSpan time, [CallerArgumentExpression(nameof(time))] string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(time, LongestWait, name);
    }
}
