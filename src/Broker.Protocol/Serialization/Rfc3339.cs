using System.Globalization;

namespace Broker.Serialization;

/// <summary>Times as text (RFC 3339, section 5.6), as meta procedures take and give them.</summary>
public static class Rfc3339
{
    private const string DateAndTime = "yyyy-MM-dd'T'HH:mm:ss";

    /// <summary>The time in UTC with microseconds: the most that clients of all languages read.</summary>
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString(DateAndTime + ".ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The time in UTC with all its digits: for who compares it with others.</summary>
    public static string FormatExactly(DateTimeOffset time) => time.UtcDateTime.ToString(DateAndTime + ".FFFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>The time without what <see cref="Format"/> leaves out.</summary>
    public static DateTimeOffset Truncate(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));

    /// <summary>
    /// Reads a time with its offset, or <c>Z</c>. Digits behind the seventh of a second are cut off; a leap second is not a time that .NET knows.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset time)
    {
        time = default;
        const int Seconds = 19; // length of 2026-03-04T05:06:07
        if (text.Length <= Seconds || text[10] is not ('T' or 't'))
        {
            return false;
        }

        var zone = text[Seconds..];
        var fraction = ReadOnlySpan<char>.Empty;
        if (zone[0] == '.')
        {
            var digits = zone[1..].IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0)
            {
                return false;
            }

            fraction = zone.Slice(1, Math.Min(digits, 7));
            zone = zone[(digits + 1)..];
        }

        if (!DateTime.TryParseExact(
                $"{text[..10]}T{text[11..Seconds]}", DateAndTime, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            || !TryParseOffset(zone, out var offset))
        {
            return false;
        }

        var ticks = date.Ticks - offset.Ticks;
        for (var (i, unit) = (0, TimeSpan.TicksPerSecond / 10); i < fraction.Length; i++, unit /= 10)
        {
            ticks += (fraction[i] - '0') * unit;
        }

        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        time = new DateTimeOffset(ticks, TimeSpan.Zero);
        return true;
    }

    /// <summary><c>Z</c>, or <c>+hh:mm</c> or <c>-hh:mm</c>.</summary>
    private static bool TryParseOffset(ReadOnlySpan<char> zone, out TimeSpan offset)
    {
        offset = default;
        if (zone is "Z" or "z")
        {
            return true;
        }

        if (zone.Length != 6 || zone[0] is not ('+' or '-')
            || !TimeSpan.TryParseExact(zone[1..], @"hh\:mm", CultureInfo.InvariantCulture, out offset))
        {
            return false;
        }

        offset = zone[0] == '-' ? -offset : offset;
        return true;
    }
}
