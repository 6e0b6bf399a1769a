using System.Text.Json.Serialization;

namespace Broker.LoadTest.Results;

/// <summary>What a run found. The names of the JSON form are those of benchmarks/README.md, and stay.</summary>
internal sealed record LoadReport
{
    public required string Scenario { get; init; }

    public required string Url { get; init; }

    public required string Realm { get; init; }

    public required string Serializer { get; init; }

    public required int Publishers { get; init; }

    public required int Subscribers { get; init; }

    public required int Window { get; init; }

    public required int Size { get; init; }

    public required string Unit { get; init; }

    public required double Seconds { get; init; }

    public required long Count { get; init; }

    public required double Rate { get; init; }

    [JsonPropertyName("p50_us")]
    public required double P50 { get; init; }

    [JsonPropertyName("p99_us")]
    public required double P99 { get; init; }

    [JsonPropertyName("p999_us")]
    public required double P999 { get; init; }

    [JsonPropertyName("max_us")]
    public required double Max { get; init; }

    public required long Lost { get; init; }

    public required long OutOfOrder { get; init; }

    public required long Errors { get; init; }

    public required string? FirstError { get; init; }

    /// <summary>Whether nothing was lost, out of order or refused.</summary>
    [JsonIgnore]
    public bool IsClean => Lost == 0 && OutOfOrder == 0 && Errors == 0;
}

/// <summary>Writes <see cref="LoadReport"/> as one line of JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LoadReport))]
internal sealed partial class LoadReportJson : JsonSerializerContext;
