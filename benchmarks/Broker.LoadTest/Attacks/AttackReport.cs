using System.Text.Json.Serialization;

namespace Broker.LoadTest.Attacks;

/// <summary>What the attackers have done.</summary>
/// <param name="Done">How often.</param>
/// <param name="FirstFault">What kept one from it.</param>
internal sealed record AttackOutcome(long Done, string? FirstFault);

/// <summary>What a pair of sessions that behave has seen of an attack. The names of the JSON form are those of benchmarks/README.md, and stay.</summary>
internal sealed record AttackReport
{
    public required string Attack { get; init; }

    public required string Url { get; init; }

    /// <summary>What the attackers have done: connections, messages, pings or logins.</summary>
    public required long Done { get; init; }

    public required long Count { get; init; }

    [JsonPropertyName("p50_us")]
    public required double P50 { get; init; }

    [JsonPropertyName("p99_us")]
    public required double P99 { get; init; }

    [JsonPropertyName("max_us")]
    public required double Max { get; init; }

    public required long Lost { get; init; }

    public required long Errors { get; init; }

    public required string? FirstError { get; init; }

    /// <summary>Whether the pair has lost nothing and the attack took place.</summary>
    [JsonIgnore]
    public bool IsClean => Lost == 0 && Errors == 0;
}

/// <summary>Writes the records above as lines of JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AttackOutcome))]
[JsonSerializable(typeof(AttackReport))]
internal sealed partial class AttackJson : JsonSerializerContext;
