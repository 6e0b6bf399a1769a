using System.Text.Json.Serialization;

namespace Broker.Operations;

/// <summary>What <c>/livez</c> and <c>/readyz</c> answer.</summary>
/// <param name="Status"><c>ok</c>, or <c>not ready</c>.</param>
/// <param name="Reasons">Why it is not ready.</param>
internal sealed record HealthReport(string Status, IReadOnlyList<HealthReason> Reasons);

/// <summary>One reason why a router is not ready.</summary>
/// <param name="Name">A stable name.</param>
/// <param name="Text">One sentence.</param>
internal sealed record HealthReason(string Name, string Text);

/// <summary>How they are written.</summary>
[JsonSerializable(typeof(HealthReport))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class HealthReportJson : JsonSerializerContext;
