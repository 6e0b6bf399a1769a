using System.Globalization;

namespace Broker.Configuration.Keys;

/// <summary>Durations as text: a whole number and its unit, such as <c>250ms</c>, <c>20s</c> or <c>5m</c>.</summary>
internal static class Duration
{
    /// <summary>The pattern of the text.</summary>
    public const string Pattern = "^[0-9]+(ms|s|m|h|d)$";

    private static readonly (string Name, TimeSpan Time)[] Units =
    [
        ("d", TimeSpan.FromDays(1)),
        ("h", TimeSpan.FromHours(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("s", TimeSpan.FromSeconds(1)),
    ];

    /// <summary>Reads the text; null when it is none.</summary>
    public static TimeSpan? TryParse(string text)
    {
        foreach (var (name, time) in Units)
        {
            if (text.EndsWith(name, StringComparison.Ordinal)
                && int.TryParse(text.AsSpan(0, text.Length - name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            {
                return count <= TimeSpan.MaxValue / time ? count * time : null;
            }
        }

        return null;
    }

    /// <summary>The text, in the largest unit that leaves a whole number.</summary>
    public static string Write(TimeSpan duration)
    {
        foreach (var (name, time) in Units.OrderByDescending(unit => unit.Time))
        {
            if (duration.Ticks % time.Ticks == 0 && duration > TimeSpan.Zero)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{duration / time}{name}");
            }
        }

        return "0s";
    }
}
