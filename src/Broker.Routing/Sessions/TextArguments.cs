using System.Text;
using Broker.Serialization;

namespace Broker.Sessions;

/// <summary>An Arguments list of one sentence.</summary>
internal readonly struct TextArguments(string text) : IEncodable
{
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        writer.WriteListStart(1);
        writer.WriteString(Encoding.UTF8.GetBytes(text));
        writer.WriteListEnd();
    }
}
