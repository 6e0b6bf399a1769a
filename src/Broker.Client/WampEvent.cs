using Broker.Client.Payloads;
using Broker.Options;

namespace Broker.Client;

/// <summary>An event of a subscription. Immutable, valid for ever.</summary>
public sealed class WampEvent
{
    private readonly ReceivedPayload _payload;
    private readonly EventDetails _details;

    internal WampEvent(string topic, long publicationId, in EventDetails known, ReceivedDict details, ReceivedPayload payload)
    {
        Topic = topic;
        PublicationId = publicationId;
        Details = details;
        Gap = known.Gap;
        _details = known;
        _payload = payload;
    }

    private WampEvent(WampEvent original, long gap)
    {
        Topic = original.Topic;
        PublicationId = original.PublicationId;
        Details = original.Details;
        Gap = gap;
        _details = original._details;
        _payload = original._payload;
    }

    /// <summary>The topic published to.</summary>
    public string Topic { get; }

    /// <summary>The id of the publication, the same for all its receivers.</summary>
    public long PublicationId { get; }

    /// <summary>The positional arguments.</summary>
    public ReceivedList Arguments => _payload.Arguments;

    /// <summary>The keyword arguments.</summary>
    public ReceivedDict ArgumentsKw => _payload.ArgumentsKw;

    /// <summary>The session id of the publisher, if disclosed; otherwise null.</summary>
    public long? Publisher => _details.Publisher.Session == 0 ? null : _details.Publisher.Session;

    /// <summary>The authid of the publisher, if disclosed; otherwise null.</summary>
    public string? PublisherAuthId => _details.Publisher.AuthId;

    /// <summary>The authrole of the publisher, if disclosed; otherwise null.</summary>
    public string? PublisherAuthRole => _details.Publisher.AuthRole;

    /// <summary>How far the router trusts the publisher, 0 the least; null if it does not say (WAMP specification, "Publication Trust Levels").</summary>
    public long? TrustLevel => _details.Publisher.TrustLevel;

    /// <summary>Whether the event was published before the subscription was made.</summary>
    public bool Retained => _details.Retained;

    /// <summary>How the event came packed; null if it did not (WAMP specification, "Payload Passthru Mode").</summary>
    public PassthruOptions? Passthru => _details.Passthru?.IsActive == true ? _details.Passthru : null;

    /// <summary>
    /// How many events were dropped before this one: by the router, because this session read too slowly, or here (see
    /// <see cref="WampClientOptions.ReceiveBuffer"/>). 0: none.
    /// </summary>
    public long Gap { get; }

    /// <summary>All Details, also those without a property here.</summary>
    public ReceivedDict Details { get; }

    /// <summary>Unpacks the payload, if it is packed.</summary>
    /// <exception cref="WampArgumentException">It cannot be unpacked.</exception>
    internal void Open() => _payload.Open();

    internal WampEvent AfterDropping(long count) => new(this, Gap + count);
}
