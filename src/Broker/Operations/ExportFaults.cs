using System.Diagnostics.Tracing;
using System.Globalization;

namespace Broker.Operations;

/// <summary>
/// Has the log tell what keeps metrics from a collector: the exporter throws nothing, and says it to listeners of its events only.
/// </summary>
/// <param name="logger">The category <c>Broker.Metrics</c>.</param>
internal sealed partial class ExportFaults(ILogger logger) : EventListener
{
    private const string Exporter = "OpenTelemetry-Exporter-OpenTelemetryProtocol";

    /// <inheritdoc/>
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Exporter)
        {
            EnableEvents(eventSource, EventLevel.Warning);
        }
    }

    /// <inheritdoc/>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        // Sources that were there before are told of, and can speak, while this is not quite made.
        if (eventData.EventSource.Name == Exporter && logger is not null)
        {
            var text = string.Format(CultureInfo.InvariantCulture, eventData.Message ?? eventData.EventName ?? "", [.. eventData.Payload ?? []]);
            NotExported(logger, text.ReplaceLineEndings("\n").Split('\n')[0]); // what follows is the stack of an exception
        }
    }

    [LoggerMessage(121, LogLevel.Warning, "Metrics may not have reached the collector. {Text}")]
    private static partial void NotExported(ILogger logger, string text);
}
