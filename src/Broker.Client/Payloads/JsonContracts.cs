using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Broker.Client.Payloads;

/// <summary>
/// Finds the JSON contract of each type of argument: the caller's contexts first, then the primitives'. Every contract goes with the converters
/// that keep what WAMP tells apart and JSON does not: octets, floats without a fraction, text. No reflection. Thread-safe.
/// </summary>
internal sealed class JsonContracts
{
    private static readonly ConditionalWeakTable<JsonSerializerOptions, JsonContracts> OfGivenContracts = [];

    private readonly JsonSerializerOptions _options;

    /// <param name="given">The caller's options; null for none.</param>
    private JsonContracts(JsonSerializerOptions? given)
    {
        _options = given is null ? new JsonSerializerOptions() : new JsonSerializerOptions(given);
        _options.Converters.Add(new OctetsConverter());
        _options.Converters.Add(new ReadOnlyMemoryConverter());
        _options.Converters.Add(new MemoryConverter());
        _options.Converters.Add(new TextConverter());
        _options.Converters.Add(new DoubleConverter());
        _options.Converters.Add(new SingleConverter());
        _options.TypeInfoResolver = JsonTypeInfoResolver.Combine(given?.TypeInfoResolver, PrimitiveContracts.Default);
        _options.MakeReadOnly();
    }

    /// <summary>Primitives only.</summary>
    public static JsonContracts Default { get; } = new(given: null);

    /// <summary>The contracts of given options, the same for the same; primitives only for null.</summary>
    public static JsonContracts Of(JsonSerializerOptions? given) =>
        given is null ? Default : OfGivenContracts.GetValue(given, static options => new JsonContracts(options));

    /// <summary>The contract of <typeparamref name="T"/>.</summary>
    /// <exception cref="NotSupportedException">There is none.</exception>
    public JsonTypeInfo<T> Find<T>() => (JsonTypeInfo<T>)Find(typeof(T));

    /// <summary>The contract of <paramref name="type"/>.</summary>
    /// <exception cref="NotSupportedException">There is none.</exception>
    public JsonTypeInfo Find(Type type)
    {
        if (!_options.TryGetTypeInfo(type, out var contract))
        {
            ThrowNoContract(type);
        }

        return contract;
    }

    /// <summary>The same contract with the converters of this class: the one that a generated context hands out knows nothing of them.</summary>
    public static JsonTypeInfo<T> Adapt<T>(JsonTypeInfo<T> given) => Of(given.Options).Find<T>();

    [DoesNotReturn]
    private static void ThrowNoContract(Type type) => throw new NotSupportedException(
        $"There is no JSON contract for {type}: add [JsonSerializable(typeof({type.Name}))] to a JsonSerializerContext and pass that as "
        + $"{nameof(WampClientOptions)}.{nameof(WampClientOptions.JsonOptions)}.{nameof(JsonSerializerOptions.TypeInfoResolver)}.");
}

/// <summary>The contracts of what every client can send and read without a context of its own.</summary>
[JsonSerializable(typeof(object))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(byte))]
[JsonSerializable(typeof(sbyte))]
[JsonSerializable(typeof(short))]
[JsonSerializable(typeof(ushort))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(uint))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(ulong))]
[JsonSerializable(typeof(float))]
[JsonSerializable(typeof(double))]
[JsonSerializable(typeof(decimal))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(Guid))]
[JsonSerializable(typeof(DateTime))]
[JsonSerializable(typeof(DateTimeOffset))]
[JsonSerializable(typeof(DateTimeOffset?))]
[JsonSerializable(typeof(TimeSpan))]
[JsonSerializable(typeof(bool?))]
[JsonSerializable(typeof(int?))]
[JsonSerializable(typeof(long?))]
[JsonSerializable(typeof(ulong?))]
[JsonSerializable(typeof(double?))]
[JsonSerializable(typeof(byte[]))]
[JsonSerializable(typeof(ReadOnlyMemory<byte>))]
[JsonSerializable(typeof(Memory<byte>))]
[JsonSerializable(typeof(bool[]))]
[JsonSerializable(typeof(int[]))]
[JsonSerializable(typeof(long[]))]
[JsonSerializable(typeof(double[]))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(object[]))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(Dictionary<string, object>))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(System.Text.Json.Nodes.JsonNode))]
[JsonSerializable(typeof(System.Text.Json.Nodes.JsonObject))]
[JsonSerializable(typeof(System.Text.Json.Nodes.JsonArray))]
internal sealed partial class PrimitiveContracts : JsonSerializerContext;
