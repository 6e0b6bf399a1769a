using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Broker.Client.Payloads;
using Broker.Serialization;

namespace Broker.Client;

/// <summary>
/// Keyword arguments or Details received. They stay encoded until asked for, each time anew. Thread-safe, valid for ever.
/// </summary>
public sealed class ReceivedDict
{
    private readonly Lazy<Dictionary<string, ReadOnlyMemory<byte>>> _entries;
    private readonly JsonContracts _contracts;

    internal ReceivedDict(ReadOnlyMemory<byte> json, JsonContracts contracts)
    {
        _contracts = contracts;
        _entries = new Lazy<Dictionary<string, ReadOnlyMemory<byte>>>(() => JsonText.EntriesOf(json), LazyThreadSafetyMode.PublicationOnly);
    }

    private ReceivedDict(SerializerKind serializer, byte[] dict, JsonContracts contracts)
    {
        _contracts = contracts;
        _entries = new Lazy<Dictionary<string, ReadOnlyMemory<byte>>>(
            () => JsonText.EntriesOf(JsonText.Of(serializer, dict, 1)[0]), LazyThreadSafetyMode.PublicationOnly);
    }

    internal static ReceivedDict Empty { get; } = new("{}"u8.ToArray(), JsonContracts.Default);

    /// <summary>The keys, in no order that means anything.</summary>
    public IReadOnlyCollection<string> Keys => _entries.Value.Keys;

    /// <summary>Whether <paramref name="key"/> is there.</summary>
    public bool ContainsKey(string key) => _entries.Value.ContainsKey(key);

    /// <summary>The value of <paramref name="key"/>, by the contract that the client's options have for its type.</summary>
    /// <exception cref="WampArgumentException">The key is missing, or its value of another type.</exception>
    public T? Get<T>(string key) => ReceivedValue.Read(At(key), _contracts.Find<T>(), $"The keyword argument {key}");

    /// <summary>The value of <paramref name="key"/>, by a contract of a generated context.</summary>
    /// <exception cref="WampArgumentException">The key is missing, or its value of another type.</exception>
    public T? Get<T>(string key, JsonTypeInfo<T> contract) =>
        ReceivedValue.Read(At(key), JsonContracts.Adapt(contract), $"The keyword argument {key}");

    /// <summary>The value of <paramref name="key"/> if it is there.</summary>
    /// <returns>False when the key is missing.</returns>
    /// <exception cref="WampArgumentException">The value is of another type.</exception>
    public bool TryGet<T>(string key, [MaybeNullWhen(false)] out T? value)
    {
        var found = _entries.Value.TryGetValue(key, out var json);
        value = found ? ReceivedValue.Read(json, _contracts.Find<T>(), $"The keyword argument {key}") : default;
        return found;
    }

    /// <summary>The dict as JSON text; binary as U+0000 and base64.</summary>
    public override string ToString()
    {
        return "{" + string.Join(',', _entries.Value.Select(entry => $"\"{Escaped(entry.Key)}\":{Encoding.UTF8.GetString(entry.Value.Span)}")) + "}";

        static JsonEncodedText Escaped(string key) => JsonEncodedText.Encode(key, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
    }

    internal static ReceivedDict Of(SerializerKind serializer, ReadOnlySpan<byte> dict, JsonContracts contracts)
    {
        // {} is 2 bytes in JSON and 1 elsewhere, and what most messages carry.
        var isEmpty = dict.Length <= 1 || (dict.Length == 2 && serializer == SerializerKind.Json);
        return isEmpty ? Empty : new ReceivedDict(serializer, dict.ToArray(), contracts);
    }

    /// <summary>The list of <paramref name="key"/>; empty if it is null or missing.</summary>
    /// <exception cref="WampArgumentException">The value is of another type.</exception>
    internal ReceivedList ListAt(string key) => IsNullOrMissing(key)
        ? ReceivedList.Empty
        : new ReceivedList(JsonText.ElementsOf(ReceivedList.RequireStart(At(key), '[', $"The value of {key}", "list")), _contracts);

    /// <summary>The dict of <paramref name="key"/>; empty if it is null or missing.</summary>
    /// <exception cref="WampArgumentException">The value is of another type.</exception>
    internal ReceivedDict DictAt(string key) => IsNullOrMissing(key)
        ? Empty
        : new ReceivedDict(ReceivedList.RequireStart(At(key), '{', $"The value of {key}", "dict"), _contracts);

    private bool IsNullOrMissing(string key) => !_entries.Value.TryGetValue(key, out var json) || json.Span.SequenceEqual("null"u8);

    private ReadOnlyMemory<byte> At(string key) => _entries.Value.TryGetValue(key, out var json)
        ? json
        : throw new WampArgumentException($"The keyword argument {key} is missing.");
}
