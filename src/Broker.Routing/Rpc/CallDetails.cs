using Broker.Options;
using Broker.Serialization;

namespace Broker.Rpc;

/// <summary>INVOCATION.Details with the procedure straight from the bytes of the CALL; it is empty for exact registrations (PBR-07).</summary>
internal readonly ref struct CallDetails(ReadOnlySpan<byte> procedure, InvocationDetails details) : IEncodable
{
    private readonly ReadOnlySpan<byte> _procedure = procedure;
    private readonly InvocationDetails _details = details;

    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        var count = 0;
        if (!_procedure.IsEmpty)
        {
            writer.WriteKey("procedure"u8);
            writer.WriteString(_procedure);
            count++;
        }

        writer.CloseDict(mark, count + _details.WriteEntries(ref writer));
    }
}
