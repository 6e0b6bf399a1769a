namespace Broker.Serialization;

/// <summary>Encodes values that know how to write themselves.</summary>
public static class ValueEncoder
{
    /// <summary>Appends <paramref name="value"/> in the given serializer to <paramref name="buffer"/>.</summary>
    public static void Encode<TValue>(SerializerKind serializer, ByteBuffer buffer, scoped in TValue value)
        where TValue : IEncodable, allows ref struct
    {
        switch (serializer)
        {
            case SerializerKind.Json:
                var json = JsonTokenWriter.Create(buffer);
                value.WriteTo(ref json);
                break;
            case SerializerKind.MessagePack:
                var messagePack = MessagePackTokenWriter.Create(buffer);
                value.WriteTo(ref messagePack);
                break;
            case SerializerKind.Cbor:
                var cbor = CborTokenWriter.Create(buffer);
                value.WriteTo(ref cbor);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(serializer));
        }
    }

    /// <summary><paramref name="value"/> in the given serializer, in an array of its own.</summary>
    public static byte[] Encode<TValue>(SerializerKind serializer, scoped in TValue value)
        where TValue : IEncodable, allows ref struct
    {
        using var buffer = new ByteBuffer();
        Encode(serializer, buffer, value);
        return buffer.Written.ToArray();
    }
}
