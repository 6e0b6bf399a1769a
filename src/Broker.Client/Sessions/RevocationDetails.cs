namespace Broker.Client.Sessions;

/// <summary>Details of an UNSUBSCRIBED with request id 0: <c>{"subscription": 5, "reason": "com.acme.no_more"}</c>.</summary>
internal readonly record struct RevocationDetails(long? Subscription, string? Reason)
{
    /// <exception cref="WampProtocolException">A key has a value of another type.</exception>
    public static RevocationDetails Of(ClientSession session, ReadOnlySpan<byte> dict)
    {
        var details = ReceivedDict.Of(session.Serializer, dict, session.Contracts);
        try
        {
            details.TryGet<long?>("subscription", out var subscription);
            details.TryGet<string>("reason", out var reason);
            return new RevocationDetails(subscription, reason);
        }
        catch (WampArgumentException e)
        {
            throw new WampProtocolException("UNSUBSCRIBED has Details of another type: " + e.Message);
        }
    }
}
