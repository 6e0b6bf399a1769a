using System.Text.Json.Serialization;
using Broker.Tracing;

namespace Broker.Operations;

/// <summary>What <c>/trace</c> answers: the traces that run, or what is wrong.</summary>
/// <param name="Traces">They, the newest first.</param>
/// <param name="Error">One sentence, or null.</param>
internal sealed record TraceReport(IReadOnlyList<TraceEntry> Traces, string? Error = null);

/// <summary>One trace.</summary>
/// <param name="Subject">By what its connections are found: <c>session</c>, <c>authid</c> or <c>connection</c>.</param>
/// <param name="Name">Which.</param>
/// <param name="Messages">After how many messages it ends.</param>
/// <param name="Seconds">After what time it ends.</param>
/// <param name="PayloadBytes">How much of each payload it tells.</param>
internal sealed record TraceEntry(string Subject, string Name, int Messages, double Seconds, int PayloadBytes)
{
    /// <summary>An entry for a trace.</summary>
    public static TraceEntry Of(WampTraceOptions trace) => new(
        trace.Subject.ToString().ToLowerInvariant(), trace.Name, trace.MaxMessages, trace.MaxTime.TotalSeconds, trace.PayloadBytes);
}

/// <summary>How they are written.</summary>
[JsonSerializable(typeof(TraceReport))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class TraceReportJson : JsonSerializerContext;
