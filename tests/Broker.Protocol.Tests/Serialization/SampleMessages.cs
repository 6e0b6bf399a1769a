namespace Broker.Serialization;

/// <summary>A PUBLISH with every type of value in its payload.</summary>
internal static class SampleMessages
{
    public static byte[] Encode(SerializerKind kind) => kind switch
    {
        SerializerKind.Json => Encode<JsonTokenWriter>(),
        SerializerKind.MessagePack => Encode<MessagePackTokenWriter>(),
        _ => Encode<CborTokenWriter>(),
    };

    public static byte[] Encode<TWriter>() where TWriter : struct, ITokenWriter<TWriter>
    {
        using var buffer = new ByteBuffer();
        var writer = TWriter.Create(buffer);
        writer.WriteListStart(6);
        writer.WriteInteger(16L);
        writer.WriteInteger(9007199254740992L);
        writer.WriteDictStart(2);
        writer.WriteKey("acknowledge"u8);
        writer.WriteBoolean(value: true);
        writer.WriteKey("exclude"u8);
        writer.WriteListStart(0);
        writer.WriteListEnd();
        writer.WriteDictEnd();
        writer.WriteString("com.example.topic"u8);
        var arguments = writer.OpenList();
        writer.WriteNull();
        writer.WriteBoolean(value: false);
        writer.WriteInteger(long.MinValue);
        writer.WriteInteger(ulong.MaxValue);
        writer.WriteFloat(1.0);
        writer.WriteString("caf\u00e9 \U0001F600 \"\\\n"u8);
        writer.WriteBinary([0x00, 0xff]);
        writer.CloseList(arguments, 7);
        var keywords = writer.OpenDict();
        writer.WriteKey("nested"u8);
        var nested = writer.OpenList();
        for (var i = 0; i < 30; i++)
        {
            writer.WriteInteger((long)-i * 1000);
        }

        writer.CloseList(nested, 30);
        writer.WriteKey("empty"u8);
        writer.WriteDictStart(0);
        writer.WriteDictEnd();
        writer.CloseDict(keywords, 2);
        writer.WriteListEnd();
        return buffer.Written.ToArray();
    }
}
