namespace Broker.Serialization;

/// <summary>Something that writes itself as one value in any serializer.</summary>
public interface IEncodable
{
    /// <summary>Writes one value.</summary>
    void WriteTo<TWriter>(ref TWriter writer) where TWriter : struct, ITokenWriter<TWriter>;
}
