using System.Text.Json.Serialization;

namespace Samples.Telemetry;

/// <summary>What a device has measured.</summary>
/// <param name="Celsius">The temperature.</param>
/// <param name="Raw">The sensor's registers: binary on the wire, whatever the serializer.</param>
internal sealed record Reading(double Celsius, byte[] Raw);

/// <summary>How readings are written and read, generated at build time: no reflection.</summary>
[JsonSerializable(typeof(Reading))]
internal sealed partial class TelemetryContracts : JsonSerializerContext;
