using Broker.Serialization;

namespace Broker.LoadTest.Connections;

/// <summary>The Options of a request that prepares a run: none, <c>{"acknowledge": true}</c> or <c>{"match": "prefix"}</c>.</summary>
internal readonly struct RequestOption : IEncodable
{
    private enum Kind
    {
        None,
        Acknowledge,
        Prefix,
    }

    private readonly Kind _kind;

    private RequestOption(Kind kind) => _kind = kind;

    public static RequestOption None => default;

    public static RequestOption Acknowledge { get; } = new(Kind.Acknowledge);

    public static RequestOption Prefix { get; } = new(Kind.Prefix);

    public byte[] Encode(SerializerKind serializer) => ValueEncoder.Encode(serializer, this);

    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        writer.WriteDictStart(_kind == Kind.None ? 0 : 1);
        if (_kind == Kind.Acknowledge)
        {
            writer.WriteKey("acknowledge"u8);
            writer.WriteBoolean(true);
        }
        else if (_kind == Kind.Prefix)
        {
            writer.WriteKey("match"u8);
            writer.WriteString("prefix"u8);
        }

        writer.WriteDictEnd();
    }
}
