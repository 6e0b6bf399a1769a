using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Broker.Operations;

/// <summary>To whom the metrics are told, under what name, and of how many series each may consist.</summary>
internal static class MetricsExport
{
    /// <summary>The variable of the OpenTelemetry specification that names a collector; the exporter reads it, and those beside it, itself.</summary>
    public const string CollectorVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>
    /// How many series each instrument has room for at least. What comes beyond the room is told as one series without names; those of realms that are gone keep their
    /// place until the end.
    /// </summary>
    private const int LeastSeries = 2000;

    /// <summary>For how many reasons, methods and outcomes, or roles of each realm there is room beyond that.</summary>
    private const int SeriesPerRealm = 40;

    /// <summary>Whether there is a collector.</summary>
    public static bool HasCollector => Collector is { Length: > 0 };

    /// <summary>What is wrong with how the collector is named, in one sentence, or null.</summary>
    public static string? Fault =>
        !HasCollector || (Uri.TryCreate(Collector, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
            ? null
            : $"{CollectorVariable} is '{Collector}', which is no URL: write http:// or https:// in front, such as http://127.0.0.1:4317.";

    private static string? Collector => Environment.GetEnvironmentVariable(CollectorVariable);

    /// <summary>Adds what collects them.</summary>
    /// <param name="services">The services of the server for operators.</param>
    /// <param name="hasPage">Whether there is a page that shows them.</param>
    /// <param name="realms">How many realms there are.</param>
    public static void Add(IServiceCollection services, bool hasPage, int realms) => services.AddOpenTelemetry()
        .ConfigureResource(resource => resource.AddService("broker").AddEnvironmentVariableDetector()) // what the environment says overrules
        .WithMetrics(metrics =>
        {
            metrics.AddMeter("Broker", "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel");
            metrics.AddView(instrument => instrument.Meter.Name == "Broker"
                ? new MetricStreamConfiguration { CardinalityLimit = LeastSeries + (realms * (HasMorePerRealm(instrument.Name) ? SeriesPerRealm : 1)) }
                : null);
            if (hasPage)
            {
                metrics.AddPrometheusExporter();
            }

            if (HasCollector)
            {
                metrics.AddOtlpExporter();
            }
        });

    private static bool HasMorePerRealm(string instrument) =>
        instrument is "broker.authentications" or "broker.refusals" or "broker.events.dropped" or "broker.throttled" or "broker.throttled.time";
}
