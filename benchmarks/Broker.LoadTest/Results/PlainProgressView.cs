using System.Globalization;

namespace Broker.LoadTest.Results;

/// <summary>One line for each progress, for logs and pipes.</summary>
internal sealed class PlainProgressView(TextWriter output) : IProgressView
{
    public void Say(string sentence) => output.WriteLine(sentence);

    public void Show(Progress progress)
    {
        var latency = progress.P50 > TimeSpan.Zero ? $"  p50 {Format.Time(progress.P50)}  p99 {Format.Time(progress.P99)}" : "";
        var errors = progress.Errors > 0 ? $"  {progress.Errors} errors" : "";
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{progress.Phase} {progress.Elapsed.TotalSeconds,3:0} s  {progress.Rate,12:N0} {progress.Unit}/s{latency}{errors}"));
    }
}
