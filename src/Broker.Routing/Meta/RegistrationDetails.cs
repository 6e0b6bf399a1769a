using Broker.Options;
using Broker.Rpc;
using Broker.Serialization;

namespace Broker.Meta;

/// <summary>What a registration is: <c>{id, created, uri, match, invoke}</c>.</summary>
internal readonly struct RegistrationDetails(Registration registration) : IEncodable
{
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        writer.WriteDictStart(5);
        SubscriptionDetails.WriteCommon(ref writer, registration.Id, registration.Created, registration.Uri, registration.Match);
        writer.WriteKey("invoke"u8);
        writer.WriteString(registration.Invoke switch
        {
            InvocationPolicy.First => "first"u8,
            InvocationPolicy.Last => "last"u8,
            InvocationPolicy.RoundRobin => "roundrobin"u8,
            InvocationPolicy.Random => "random"u8,
            _ => "single"u8,
        });
        writer.WriteDictEnd();
    }
}
