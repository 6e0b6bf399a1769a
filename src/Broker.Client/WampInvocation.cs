using Broker.Client.Payloads;

namespace Broker.Client;

/// <summary>A call as its callee sees it. Immutable, valid for ever.</summary>
public sealed class WampInvocation
{
    private readonly ReceivedPayload _payload;

    internal WampInvocation(long requestId, string procedure, ReceivedDict details, ReceivedPayload payload)
    {
        RequestId = requestId;
        Procedure = procedure;
        Details = details;
        _payload = payload;
    }

    /// <summary>The id of the INVOCATION, unique within the session.</summary>
    public long RequestId { get; }

    /// <summary>The procedure called.</summary>
    public string Procedure { get; }

    /// <summary>The positional arguments.</summary>
    public ReceivedList Arguments => _payload.Arguments;

    /// <summary>The keyword arguments.</summary>
    public ReceivedDict ArgumentsKw => _payload.ArgumentsKw;

    /// <summary>INVOCATION.Details.</summary>
    public ReceivedDict Details { get; }
}
