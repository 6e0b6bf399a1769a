using Broker.Client.Sessions;
using Broker.Messages;
using Broker.Serialization;

namespace Broker.Client.Payloads;

/// <summary>
/// Arguments and ArgumentsKw of a message received: a copy of the encoded elements, unpacked and turned into JSON when somebody first
/// looks. Thread-safe.
/// </summary>
internal sealed class ReceivedPayload
{
    private readonly SerializerKind _serializer;
    private readonly JsonContracts _contracts;
    private readonly byte[] _elements;
    private readonly int _count;
    private readonly PayloadSeal? _seal;
    private volatile Contents? _contents;
    private volatile ReceivedPayload? _unpacked;

    /// <param name="serializer">Its serializer.</param>
    /// <param name="payload">The payload; copied.</param>
    /// <param name="contracts">Of what is in it.</param>
    /// <param name="seal">How it is packed; null: not at all.</param>
    public ReceivedPayload(SerializerKind serializer, Payload payload, JsonContracts contracts, PayloadSeal? seal = null)
        : this(serializer, payload.Count == 0 ? [] : payload.Elements.ToArray(), payload.Count, contracts) => _seal = seal;

    public ReceivedPayload(SerializerKind serializer, byte[] elements, int count, JsonContracts contracts)
    {
        _serializer = serializer;
        _elements = elements;
        _count = count;
        _contracts = contracts;
    }

    public ReceivedList Arguments => Unpacked.Look().Arguments;

    public ReceivedDict ArgumentsKw => Unpacked.Look().ArgumentsKw;

    private ReceivedPayload Unpacked => _seal is null ? this : _unpacked ??= _seal.Unpack(Look().Arguments, Look().ArgumentsKw);

    /// <summary>Unpacks it, if it is packed: before the application gets to see any of it.</summary>
    /// <exception cref="WampArgumentException">It cannot be unpacked.</exception>
    public void Open() => _ = Unpacked;

    /// <summary>The same elements, encoded for <paramref name="serializer"/>: a callee passes the error of another on.</summary>
    public byte[] Encode(SerializerKind serializer, out int count)
    {
        if (_seal is not null)
        {
            return Unpacked.Encode(serializer, out count);
        }

        count = _count;
        if (serializer == _serializer || _count == 0)
        {
            return _elements;
        }

        using var buffer = new ByteBuffer(_elements.Length * 2);
        if (!Transcoder.TryTranscode(_serializer, _elements, _count, serializer, buffer))
        {
            count = 0;
        }

        return buffer.Written.ToArray();
    }

    private Contents Look()
    {
        if (_contents is { } contents)
        {
            return contents;
        }

        if (_count == 0)
        {
            return _contents = new Contents(ReceivedList.Empty, ReceivedDict.Empty);
        }

        var json = JsonText.Of(_serializer, _elements, _count);
        contents = new Contents(
            new ReceivedList(JsonText.ElementsOf(json[0]), _contracts),
            _count > 1 ? new ReceivedDict(json[1], _contracts) : ReceivedDict.Empty);
        _contents = contents;
        return contents;
    }

    private sealed record Contents(ReceivedList Arguments, ReceivedDict ArgumentsKw);
}
