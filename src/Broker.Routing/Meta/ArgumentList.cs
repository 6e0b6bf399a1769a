using Broker.Serialization;

namespace Broker.Meta;

/// <summary>An Arguments list of one value.</summary>
internal readonly struct ArgumentList<T>(T value) : IEncodable
    where T : IEncodable
{
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        writer.WriteListStart(1);
        value.WriteTo(ref writer);
        writer.WriteListEnd();
    }
}

/// <summary>An Arguments list of two values.</summary>
internal readonly struct ArgumentList<T1, T2>(T1 first, T2 second) : IEncodable
    where T1 : IEncodable
    where T2 : IEncodable
{
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        writer.WriteListStart(2);
        first.WriteTo(ref writer);
        second.WriteTo(ref writer);
        writer.WriteListEnd();
    }
}

/// <summary>An Arguments list of three values.</summary>
internal readonly struct ArgumentList<T1, T2, T3>(T1 first, T2 second, T3 third) : IEncodable
    where T1 : IEncodable
    where T2 : IEncodable
    where T3 : IEncodable
{
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        writer.WriteListStart(3);
        first.WriteTo(ref writer);
        second.WriteTo(ref writer);
        third.WriteTo(ref writer);
        writer.WriteListEnd();
    }
}
