using System.Buffers.Binary;
using Broker.Serialization;

namespace Broker.Peers;

/// <summary>Batches as the specification draws them ("Message Batching"), written and read without the product's help.</summary>
internal static class Batch
{
    public const byte Separator = 0x1E;

    /// <summary>One message as it stands in a batch.</summary>
    public static byte[] Element(SerializerKind serializer, byte[] message, byte separator = Separator) =>
        serializer == SerializerKind.Json ? [.. message, separator] : [.. Length(message.Length), .. message];

    public static byte[] Of(SerializerKind serializer, params IEnumerable<byte[]> messages) => [.. messages.SelectMany(message => Element(serializer, message))];

    /// <summary>The four octets in front of a message.</summary>
    public static byte[] Length(int length)
    {
        var prefix = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(prefix, length);
        return prefix;
    }

    /// <summary>The messages of a batch, of which there must be at least one.</summary>
    public static List<byte[]> Split(SerializerKind serializer, ReadOnlySpan<byte> batch, byte separator = Separator)
    {
        Assert.NotEqual(0, batch.Length);
        var messages = new List<byte[]>();
        while (!batch.IsEmpty)
        {
            var isJson = serializer == SerializerKind.Json;
            var start = isJson ? 0 : 4;
            var end = isJson ? batch.IndexOf(separator) : start + BinaryPrimitives.ReadInt32BigEndian(batch);
            Assert.InRange(end, start + 1, batch.Length);
            messages.Add(batch[start..end].ToArray());
            batch = batch[(isJson ? end + 1 : end)..];
        }

        return messages;
    }
}
