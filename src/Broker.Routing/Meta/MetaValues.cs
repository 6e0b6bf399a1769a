using System.Text;
using Broker.Serialization;

namespace Broker.Meta;

/// <summary>An id or a count.</summary>
internal readonly struct IntegerValue(long value) : IEncodable
{
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter> => writer.WriteInteger(value);
}

/// <summary>An id, or null where nothing was found.</summary>
internal readonly struct IdOrNull(long? id) : IEncodable
{
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        if (id is { } value)
        {
            writer.WriteInteger(value);
        }
        else
        {
            writer.WriteNull();
        }
    }
}

/// <summary>A list of ids, or null where nothing was found.</summary>
internal readonly struct IdList(List<long>? ids) : IEncodable
{
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        if (ids is null)
        {
            writer.WriteNull();
            return;
        }

        writer.WriteListStart(ids.Count);
        foreach (var id in ids)
        {
            writer.WriteInteger(id);
        }

        writer.WriteListEnd();
    }
}

/// <summary>Text.</summary>
internal readonly struct TextValue(string text) : IEncodable
{
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter> => writer.WriteString(Encoding.UTF8.GetBytes(text));
}
