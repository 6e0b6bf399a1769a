using Broker.Messages;
using Broker.Options;
using Broker.Serialization;

namespace Broker.Benchmarks;

/// <summary>The messages that the benchmarks work on: one text argument of a given length, as a device's reading would be.</summary>
internal static class SampleMessages
{
    public const string Topic = "com.example.plant.line7.sensor42.temperature";

    public static ReadOnlySpan<byte> TopicBytes => "com.example.plant.line7.sensor42.temperature"u8;

    /// <summary>An Arguments list that holds one text of <paramref name="size"/> bytes.</summary>
    public static byte[] Arguments(SerializerKind serializer, int size) => ValueEncoder.Encode(serializer, new OneText(size));

    /// <summary>An Arguments list of <paramref name="size"/> bytes or a little more: dicts of numbers and text, which cost work to transcode.</summary>
    public static byte[] Readings(SerializerKind serializer, int size)
    {
        for (var count = 1; ; count++)
        {
            var encoded = ValueEncoder.Encode(serializer, new ReadingList(count));
            if (encoded.Length >= size)
            {
                return encoded;
            }
        }
    }

    /// <summary><c>[PUBLISH, Request|id, {}, Topic|uri, Arguments|list]</c></summary>
    public static byte[] Publish(SerializerKind serializer, int size)
    {
        using var buffer = new ByteBuffer();
        MessageEncoder.Encode(serializer, buffer, new WampMessage
        {
            Type = MessageType.Publish,
            RequestId = 1234,
            Uri = TopicBytes,
            Payload = new Payload(Arguments(serializer, size), 1),
        });
        return buffer.Written.ToArray();
    }

    /// <summary>What every client announces.</summary>
    public static HelloDetails Hello { get; } = new()
    {
        Roles = new RoleSet { Publisher = Features.None, Subscriber = Features.None, Caller = Features.None, Callee = Features.None },
    };

    private readonly struct OneText(int size) : IEncodable
    {
        public void WriteTo<TWriter>(ref TWriter writer)
            where TWriter : struct, ITokenWriter<TWriter>
        {
            var text = new byte[size];
            text.AsSpan().Fill((byte)'x');
            writer.WriteListStart(1);
            writer.WriteString(text);
            writer.WriteListEnd();
        }
    }

    private readonly struct ReadingList(int count) : IEncodable
    {
        public void WriteTo<TWriter>(ref TWriter writer)
            where TWriter : struct, ITokenWriter<TWriter>
        {
            writer.WriteListStart(count);
            for (var i = 0; i < count; i++)
            {
                writer.WriteDictStart(3);
                writer.WriteKey("sensor"u8);
                writer.WriteString("line7.sensor42"u8);
                writer.WriteKey("time"u8);
                writer.WriteInteger(1_700_000_000_000L + i);
                writer.WriteKey("celsius"u8);
                writer.WriteFloat(20.5 + i);
                writer.WriteDictEnd();
            }

            writer.WriteListEnd();
        }
    }
}
