using System.Text;
using Broker.Serialization;

namespace Broker.PubSub;

/// <summary>UNSUBSCRIBED.Details of a subscription that the router takes away (WAMP specification, "Subscription Revocation").</summary>
/// <param name="subscriptionId"><c>subscription</c>.</param>
/// <param name="reason"><c>reason</c>, a URI, or null.</param>
internal readonly struct RevocationDetails(long subscriptionId, string? reason) : IEncodable
{
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        writer.WriteDictStart(reason is null ? 1 : 2);
        writer.WriteKey("subscription"u8);
        writer.WriteInteger(subscriptionId);
        if (reason is not null)
        {
            writer.WriteKey("reason"u8);
            writer.WriteString(Encoding.UTF8.GetBytes(reason));
        }

        writer.WriteDictEnd();
    }
}
