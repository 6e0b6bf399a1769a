using BenchmarkDotNet.Attributes;
using Broker.Messages;
using Broker.Serialization;

namespace Broker.Benchmarks;

/// <summary>Hop 2 of a message's path: a PUBLISH from bytes into a view of its envelope, the payload checked but not decoded.</summary>
[MemoryDiagnoser]
public class Decode
{
    private byte[] _message = [];

    /// <summary>The sender's serializer.</summary>
    [Params(SerializerKind.Json, SerializerKind.MessagePack, SerializerKind.Cbor)]
    public SerializerKind Serializer { get; set; }

    /// <summary>The length of the one text argument, in bytes.</summary>
    [Params(128, 4096)]
    public int Size { get; set; }

    /// <summary>Encodes the message.</summary>
    [GlobalSetup]
    public void Setup() => _message = SampleMessages.Publish(Serializer, Size);

    /// <summary>Parses one PUBLISH.</summary>
    [Benchmark]
    public long Publish()
    {
        var message = MessageParser.Parse(Serializer, _message, DecodeLimits.Default);
        return message.RequestId + message.Payload.Elements.Length;
    }
}
