using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Broker.Client.Payloads;

namespace Broker.Client;

/// <summary>Positional arguments received. They stay encoded until asked for, each time anew. Thread-safe, valid for ever.</summary>
public sealed class ReceivedList
{
    private readonly ReadOnlyMemory<byte>[] _elements;
    private readonly JsonContracts _contracts;

    internal ReceivedList(ReadOnlyMemory<byte>[] elements, JsonContracts contracts)
    {
        _elements = elements;
        _contracts = contracts;
    }

    internal static ReceivedList Empty { get; } = new([], JsonContracts.Default);

    /// <summary>How many there are.</summary>
    public int Count => _elements.Length;

    /// <summary>The argument at <paramref name="index"/>, counted from 0, by the contract that the client's options have for its type.</summary>
    /// <exception cref="WampArgumentException">There is no such argument, or it is of another type.</exception>
    public T? Get<T>(int index) => ReceivedValue.Read(At(index), _contracts.Find<T>(), $"Argument {index}");

    /// <summary>The argument at <paramref name="index"/>, counted from 0, by a contract of a generated context.</summary>
    /// <exception cref="WampArgumentException">There is no such argument, or it is of another type.</exception>
    public T? Get<T>(int index, JsonTypeInfo<T> contract) => ReceivedValue.Read(At(index), JsonContracts.Adapt(contract), $"Argument {index}");

    /// <summary>The arguments as JSON text; binary as U+0000 and base64.</summary>
    public override string ToString() => $"[{string.Join(',', _elements.Select(element => System.Text.Encoding.UTF8.GetString(element.Span)))}]";

    /// <summary>Whether there is nothing at <paramref name="index"/>, or null.</summary>
    internal bool IsNullOrMissing(int index) => index >= _elements.Length || _elements[index].Span.SequenceEqual("null"u8);

    /// <summary>Whether there are octets at <paramref name="index"/>.</summary>
    internal bool IsOctets(int index) => At(index).Span.StartsWith("\"\\u0000"u8);

    /// <summary>Whether there is a list at <paramref name="index"/>.</summary>
    internal bool IsList(int index) => At(index).Span[0] == '[';

    /// <summary>The list at <paramref name="index"/>.</summary>
    /// <exception cref="WampArgumentException">There is none.</exception>
    internal ReceivedList ListAt(int index) => new(JsonText.ElementsOf(RequireStart(At(index), '[', $"Argument {index}", "list")), _contracts);

    /// <summary>The dict at <paramref name="index"/>.</summary>
    /// <exception cref="WampArgumentException">There is none.</exception>
    internal ReceivedDict DictAt(int index) => new(RequireStart(At(index), '{', $"Argument {index}", "dict"), _contracts);

    internal static ReadOnlyMemory<byte> RequireStart(ReadOnlyMemory<byte> json, char start, string what, string type) =>
        json.Span[0] == start ? json : throw new WampArgumentException($"{what} cannot be read as a {type}.");

    private ReadOnlyMemory<byte> At(int index) => (uint)index < (uint)_elements.Length
        ? _elements[index]
        : throw new WampArgumentException($"Argument {index} is missing: {_elements.Length} positional arguments were given.");
}
