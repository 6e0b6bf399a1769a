using Broker.Client.Sessions;
using Broker.Options;

namespace Broker.Client.Meta;

/// <summary>An event that the router has kept. Immutable, valid for ever.</summary>
public sealed class HistoricEvent
{
    internal HistoricEvent(ReceivedDict entry)
    {
        Timestamp = entry.Get<DateTimeOffset>("timestamp");
        SubscriptionId = entry.TryGet<long?>("subscription", out var subscription) ? subscription : null;
        PublicationId = entry.Get<long>("publication");
        Details = entry.DictAt("details");
        Arguments = entry.ListAt("args");
        ArgumentsKw = entry.DictAt("kwargs");
    }

    /// <summary>When the router took it. Times may repeat, and go backwards when the router's clock does.</summary>
    public DateTimeOffset Timestamp { get; }

    /// <summary>The subscription in whose history it is; null if the router does not say.</summary>
    public long? SubscriptionId { get; }

    /// <summary>The id of the publication.</summary>
    public long PublicationId { get; }

    /// <summary>EVENT.Details without what belongs to one receiver.</summary>
    public ReceivedDict Details { get; }

    /// <summary>How the event came packed; null if it did not (WAMP specification, "Payload Passthru Mode").</summary>
    public PassthruOptions? Passthru { get; private set; }

    /// <summary>The positional arguments.</summary>
    public ReceivedList Arguments { get; private set; }

    /// <summary>The keyword arguments.</summary>
    public ReceivedDict ArgumentsKw { get; private set; }

    /// <summary>Unpacks the payload, if it is packed, before the application gets to see the event.</summary>
    /// <param name="session">The session.</param>
    /// <param name="topic">The topic, where the event does not tell it.</param>
    /// <returns>False when it cannot be unpacked, which the application is told.</returns>
    internal bool TryOpen(ClientSession session, string topic)
    {
        topic = MetaValues.Text(Details, "topic") ?? topic;
        try
        {
            var said = new PassthruOptions
            {
                Scheme = MetaValues.Text(Details, "ppt_scheme"),
                Serializer = MetaValues.Text(Details, "ppt_serializer"),
                Cipher = MetaValues.Text(Details, "ppt_cipher"),
                KeyId = MetaValues.Text(Details, "ppt_keyid"),
            };
            if (PayloadSeal.OfReceived(session, topic, said) is { } seal)
            {
                var unpacked = seal.Unpack(Arguments, ArgumentsKw);
                (Passthru, Arguments, ArgumentsKw) = (said, unpacked.Arguments, unpacked.ArgumentsKw);
            }

            return true;
        }
        catch (WampArgumentException e)
        {
            session.ReportFailure(topic, e);
            return false;
        }
    }
}
