using System.Text.Json.Serialization;

namespace Samples.Rpc;

internal sealed record OrderRequest(string Article, int Quantity);

internal sealed record Order(int Number, string Article, int Quantity, decimal Total);

/// <summary>How arguments and results are written and read, generated at build time: no reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OrderRequest))]
[JsonSerializable(typeof(Order))]
internal sealed partial class ShopContracts : JsonSerializerContext;
