using System.Text.Json;
using Broker.Client.Payloads;
using Broker.Serialization;

namespace Broker.Client.Codecs;

/// <summary>
/// Arguments on their way into a packed payload, or out of one. Packed, they are a dict <c>{"args": [...], "kwargs": {...}}</c> in some
/// serializer (WAMP specification, "Payload Passthru Mode"). Immutable, thread-safe.
/// </summary>
public sealed class PayloadContent
{
    private readonly byte[] _elements; // JSON
    private readonly int _count;

    private PayloadContent(byte[] elements, int count, JsonContracts contracts)
    {
        _elements = elements;
        _count = count;
        Payload = new ReceivedPayload(SerializerKind.Json, elements, count, contracts);
    }

    /// <summary>The positional arguments.</summary>
    public ReceivedList Arguments => Payload.Arguments;

    /// <summary>The keyword arguments.</summary>
    public ReceivedDict ArgumentsKw => Payload.ArgumentsKw;

    /// <summary>Whether there are no arguments at all.</summary>
    public bool IsEmpty => Arguments.Count == 0 && ArgumentsKw.Keys.Count == 0;

    /// <summary>The arguments by these contracts.</summary>
    internal ReceivedPayload Payload { get; }

    /// <summary>Arguments, for codecs whose payloads are no dict of args and kwargs.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="options">
    /// Contracts of their types, as <see cref="WampClientOptions.JsonOptions"/>; null: numbers, booleans, texts, dates, octets and JSON
    /// nodes.
    /// </param>
    /// <exception cref="WampArgumentException">A value cannot be sent.</exception>
    public static PayloadContent Of(WampArguments arguments, JsonSerializerOptions? options = null) =>
        Of(arguments, JsonContracts.Of(options));

    /// <summary>Reads the dict of args and kwargs; keys that are missing, or null, stand for none.</summary>
    /// <param name="serializer">Its serializer.</param>
    /// <param name="content">The dict and nothing behind it. Read before this method returns.</param>
    /// <exception cref="WampArgumentException">It is no such dict.</exception>
    public static PayloadContent Decode(SerializerKind serializer, ReadOnlySpan<byte> content)
    {
        try
        {
            using var json = new ByteBuffer(content.Length * 2);
            return Transcoder.TryTranscodeValue(serializer, content, SerializerKind.Json, json)
                ? Read(json.Written)
                : throw new WampArgumentException("The packed arguments hold NaN, an infinity or text that starts with U+0000, none of which JSON has.");
        }
        catch (WampProtocolException e)
        {
            throw NoDict(e);
        }
    }

    /// <summary>The dict <c>{"args": [...], "kwargs": {...}}</c>.</summary>
    /// <exception cref="WampArgumentException">An argument cannot be expressed.</exception>
    public byte[] Encode(SerializerKind serializer)
    {
        new Messages.Payload(_elements, _count).Split(SerializerKind.Json, out var args, out var kwargs);
        byte[] json = [.. "{\"args\":"u8, .. args.IsEmpty ? "[]"u8 : args, .. ",\"kwargs\":"u8, .. kwargs.IsEmpty ? "{}"u8 : kwargs, (byte)'}'];
        using var encoded = new ByteBuffer(json.Length);
        return Transcoder.TryTranscodeValue(SerializerKind.Json, json, serializer, encoded)
            ? encoded.Written.ToArray()
            : throw new WampArgumentException("An argument cannot be sent: it holds a number beyond the range of a double.");
    }

    internal static PayloadContent Of(WampArguments? arguments, JsonContracts contracts) =>
        new(PayloadWriter.Write(arguments, SerializerKind.Json, contracts, out var count), count, contracts);

    /// <summary>The arguments of an error, given or received.</summary>
    internal static PayloadContent Of(WampException exception, JsonContracts contracts) =>
        new(exception.Encode(SerializerKind.Json, contracts, out var count), count, contracts);

    /// <summary>The same arguments, to be read by other contracts.</summary>
    internal ReceivedPayload With(JsonContracts contracts) => new(SerializerKind.Json, _elements, _count, contracts);

    private static PayloadContent Read(ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> args = [];
        ReadOnlySpan<byte> kwargs = [];
        var reader = JsonTokenReader.CreateSequence(json, DecodeLimits.Default with { MaxDepth = DecodeLimits.DepthCeiling });
        if (!reader.Read() || reader.Type != TokenType.Dict)
        {
            throw NoDict(null);
        }

        reader.Enter();
        while (reader.ReadKey(out var key))
        {
            var (isArgs, isKwargs) = (key.SequenceEqual("args"u8), key.SequenceEqual("kwargs"u8));
            reader.Read();
            var start = reader.ValueStart;
            var type = reader.Type;
            reader.Skip();
            if (type == TokenType.Null || !(isArgs || isKwargs))
            {
                continue;
            }

            if (type != (isArgs ? TokenType.List : TokenType.Dict))
            {
                throw NoDict(null);
            }

            if (isArgs)
            {
                args = json[start..reader.Position];
            }
            else
            {
                kwargs = json[start..reader.Position];
            }
        }

        if (reader.Read())
        {
            throw NoDict(null);
        }

        return kwargs.IsEmpty
            ? new PayloadContent(args.ToArray(), args.IsEmpty ? 0 : 1, JsonContracts.Default)
            : new PayloadContent([.. args.IsEmpty ? "[]"u8 : args, (byte)',', .. kwargs], 2, JsonContracts.Default);
    }

    private static WampArgumentException NoDict(Exception? inner) => new("The packed arguments are no dict of args and kwargs.", inner);
}
