using System.Text.Json.Serialization;

namespace Broker.EndToEnd;

/// <summary>What the tests of the SDK send.</summary>
internal sealed record SdkReading(string Device, double Value, byte[] Raw, long? Count, SdkReading? Previous);

[JsonSerializable(typeof(SdkReading))]
internal sealed partial class SdkContracts : JsonSerializerContext;
