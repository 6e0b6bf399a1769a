using System.Globalization;
using Spectre.Console;

namespace Broker.LoadTest.Results;

/// <summary>The table at the end of a run.</summary>
internal static class Summary
{
    public static void Write(LoadReport report, IAnsiConsole console)
    {
        console.WriteLine($"{report.Scenario} over {report.Serializer} at {report.Url}");
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumn("").AddColumn(new TableColumn("").RightAligned()).HideHeaders();
        Add(table, $"{report.Unit}/s", Number(report.Rate));
        Add(table, report.Unit, $"{Number(report.Count)} in {report.Seconds.ToString("0.0", CultureInfo.InvariantCulture)} s");
        Add(table, "latency p50", Latency(report.P50));
        Add(table, "latency p99", Latency(report.P99));
        Add(table, "latency p99.9", Latency(report.P999));
        Add(table, "latency max", Latency(report.Max));
        Add(table, "lost", Number(report.Lost));
        Add(table, "out of order", Number(report.OutOfOrder));
        Add(table, "errors", Number(report.Errors));
        console.Write(table);
        if (report.FirstError is { } error)
        {
            console.WriteLine($"The first error: {error}");
        }
    }

    private static void Add(Table table, string name, string value) => table.AddRow(Markup.Escape(name), Markup.Escape(value));

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Latency(double microseconds) => Format.Time(TimeSpan.FromMicroseconds(microseconds));
}
