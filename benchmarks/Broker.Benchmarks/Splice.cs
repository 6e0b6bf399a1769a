using BenchmarkDotNet.Attributes;
using Broker.Messages;
using Broker.Serialization;

namespace Broker.Benchmarks;

/// <summary>Hop 6 of a message's path: an EVENT's header encoded, the payload spliced behind it; transcoded when the serializers differ.</summary>
[MemoryDiagnoser]
public class Splice
{
    private readonly ByteBuffer _buffer = new(16 * 1024);
    private readonly ByteBuffer _transcoded = new(16 * 1024);
    private byte[] _arguments = [];

    /// <summary>The publisher's serializer.</summary>
    [Params(SerializerKind.Json, SerializerKind.MessagePack, SerializerKind.Cbor)]
    public SerializerKind From { get; set; }

    /// <summary>The subscriber's serializer. Equal to <see cref="From"/>: the payload is copied.</summary>
    [Params(SerializerKind.Json, SerializerKind.MessagePack, SerializerKind.Cbor)]
    public SerializerKind To { get; set; }

    /// <summary>The length of the Arguments list in bytes, roughly.</summary>
    [Params(128, 4096)]
    public int Size { get; set; }

    /// <summary>Encodes the payload.</summary>
    [GlobalSetup]
    public void Setup() => _arguments = SampleMessages.Readings(From, Size);

    /// <summary>Writes one EVENT.</summary>
    [Benchmark]
    public int Event()
    {
        _buffer.Clear();
        ReadOnlySpan<byte> arguments = _arguments;
        if (From != To)
        {
            _transcoded.Clear();
            if (!Transcoder.TryTranscode(From, _arguments, 1, To, _transcoded))
            {
                throw new InvalidOperationException("The sample payload has no translation.");
            }

            arguments = _transcoded.Written;
        }

        MessageEncoder.Encode(To, _buffer, new WampMessage
        {
            Type = MessageType.Event,
            SubscriptionId = 42,
            PublicationId = 4_503_599_627_370_496,
            Payload = new Payload(arguments, 1),
        });
        return _buffer.Count;
    }
}
