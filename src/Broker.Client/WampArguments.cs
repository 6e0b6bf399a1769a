using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Broker.Client.Payloads;
using Broker.Serialization;

namespace Broker.Client;

/// <summary>
/// Positional and keyword arguments to send, in a PUBLISH, a CALL, a result or an error (WAMP specification: Arguments and ArgumentsKw).
/// Written as <c>[1, "two", 3.0]</c>, or with keywords as <c>new WampArguments { 21.5, { "unit", "C" } }</c>.
/// </summary>
/// <remarks>
/// Values are read when the message is sent, not before. A value without a <see cref="JsonTypeInfo{T}"/> of its own is written by the contract that
/// <see cref="WampClientOptions.JsonOptions"/> has for its type; numbers, booleans, texts, dates, <see cref="Guid"/>, JSON nodes and octets
/// (<c>byte[]</c>, <see cref="ReadOnlyMemory{T}"/> of bytes) need none. Octets travel as binary in every serializer and floats stay floats.
/// Not thread-safe while arguments are being added.
/// </remarks>
[SuppressMessage("Naming", "CA1710", Justification = "Arguments is the specification's word.")]
public sealed class WampArguments : IEnumerable<object?>
{
    private readonly List<Argument> _list = [];
    private List<(string Keyword, Argument Value)>? _dict;

    /// <summary>How many positional arguments there are.</summary>
    public int Count => _list.Count;

    internal bool HasKeywords => _dict is not null;

    /// <summary>Adds a positional argument.</summary>
    public WampArguments Add<T>(T value)
    {
        _list.Add(new Argument<T>(value, contract: null));
        return this;
    }

    /// <summary>Adds a positional argument, null or of the type that it has at run time.</summary>
    public WampArguments Add(object? value) => Add<object?>(value);

    /// <summary>Adds a positional argument with the contract to write it by, as a generated context has it: <c>AppJson.Default.Reading</c>.</summary>
    public WampArguments Add<T>(T value, JsonTypeInfo<T> contract)
    {
        _list.Add(new Argument<T>(value, contract));
        return this;
    }

    /// <summary>Adds a keyword argument.</summary>
    /// <exception cref="ArgumentException">The keyword is there already.</exception>
    public WampArguments Add<T>(string keyword, T value) => AddKeyword(keyword, new Argument<T>(value, contract: null));

    /// <summary>Adds a keyword argument with the contract to write it by.</summary>
    /// <exception cref="ArgumentException">The keyword is there already.</exception>
    public WampArguments Add<T>(string keyword, T value, JsonTypeInfo<T> contract) => AddKeyword(keyword, new Argument<T>(value, contract));

    /// <summary>The positional arguments.</summary>
    public IEnumerator<object?> GetEnumerator() => _list.Select(argument => argument.Boxed).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void WriteList(Utf8JsonWriter writer, JsonContracts contracts)
    {
        writer.WriteStartArray();
        foreach (var argument in _list)
        {
            argument.Write(writer, contracts);
        }

        writer.WriteEndArray();
    }

    internal void WriteDict(Utf8JsonWriter writer, JsonContracts contracts)
    {
        writer.WriteStartObject();
        foreach (var (keyword, value) in _dict ?? [])
        {
            writer.WritePropertyName(keyword);
            value.Write(writer, contracts);
        }

        writer.WriteEndObject();
    }

    /// <summary>Adds the entries of a dict as keyword arguments.</summary>
    internal void AddKeywords<TDict>(in TDict dict)
        where TDict : IEncodable
    {
        foreach (var (keyword, json) in JsonText.EntriesOf(ValueEncoder.Encode(SerializerKind.Json, dict)))
        {
            Add(keyword, JsonElement.Parse(json.Span));
        }
    }

    private WampArguments AddKeyword(string keyword, Argument value)
    {
        _dict ??= [];
        if (_dict.Exists(entry => entry.Keyword == keyword))
        {
            throw new ArgumentException($"There is a keyword argument {keyword} already: give each keyword once.", nameof(keyword));
        }

        _dict.Add((keyword, value));
        return this;
    }

    private abstract class Argument
    {
        public abstract object? Boxed { get; }

        public abstract void Write(Utf8JsonWriter writer, JsonContracts contracts);
    }

    private sealed class Argument<T>(T value, JsonTypeInfo<T>? contract) : Argument
    {
        public override object? Boxed => value;

        public override void Write(Utf8JsonWriter writer, JsonContracts contracts)
        {
            if (value is null)
            {
                writer.WriteNullValue();
            }
            else if (contract is not null)
            {
                JsonSerializer.Serialize(writer, value, JsonContracts.Adapt(contract));
            }
            else if (typeof(T) == typeof(object))
            {
                JsonSerializer.Serialize(writer, value, contracts.Find(value.GetType()));
            }
            else
            {
                JsonSerializer.Serialize(writer, value, contracts.Find<T>());
            }
        }
    }
}
