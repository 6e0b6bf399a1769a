using System.Globalization;

namespace Broker.LoadTest.Results;

/// <summary>Numbers as people read them.</summary>
internal static class Format
{
    /// <summary>A latency with three digits: <c>12.3 ms</c>.</summary>
    public static string Time(TimeSpan time) => time.TotalMicroseconds switch
    {
        < 1 => "-",
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:0} us"),
        < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.00} ms"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s"),
    };
}
