using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Broker.Configuration;
using Broker.Configuration.Reloads;
using Broker.Hosting;
using Broker.Security;
using Microsoft.Extensions.Logging.Abstractions;

namespace Broker.Operations;

/// <summary>The list of metrics in docs/operations.md is complete and true.</summary>
public sealed class MetricsListTests
{
    [Fact]
    public void Every_instrument_is_listed_with_its_kind_and_nothing_else_is()
    {
        var instruments = new ConcurrentDictionary<string, string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == "Broker")
                {
                    instruments[instrument.Name] = KindOf(instrument);
                }
            },
        };
        listener.Start();
        using var file = new WrittenFile("{}");
        using var services = new ServiceCollection().AddLogging().AddWampRouter().BuildServiceProvider();
        var router = services.GetRequiredService<WampRouter>();
        var reading = file.Source().Read();
        using var reload = new ConfigurationReload(file.Source(), reading, router, new LogLevels(reading.Configuration.Log), NullLogger.Instance);
        using var certificates = new Certificates([], NullLogger.Instance, TimeProvider.System);

        Assert.Equal(
            instruments.Select(one => $"{one.Key}: {one.Value}").Order(StringComparer.Ordinal),
            Listed().Select(one => $"{one.Name}: {one.Kind}").Order(StringComparer.Ordinal));
    }

    private static string KindOf(Instrument instrument) => instrument.GetType().Name switch
    {
        var name when name.Contains("Counter", StringComparison.Ordinal) => "counter",
        var name when name.Contains("Gauge", StringComparison.Ordinal) => "gauge",
        var name when name.Contains("Histogram", StringComparison.Ordinal) => "histogram",
        var name => name,
    };

    /// <summary>The rows of the page: names in backticks in the first column, the kind at the start of the second.</summary>
    private static IEnumerable<(string Name, string Kind)> Listed([CallerFilePath] string here = "") =>
        from line in File.ReadLines(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "docs", "operations.md"))
        where line.StartsWith("| `broker.", StringComparison.Ordinal)
        let columns = line.Split('|')
        from name in columns[1].Split(',')
        select (name.Trim().Trim('`'), columns[2].Split(',')[0].Trim().TrimEnd('s'));
}
