using Broker.Client.Payloads;

namespace Broker.Client;

/// <summary>The result of a call. Immutable, valid for ever.</summary>
public sealed class WampResult
{
    private readonly ReceivedPayload _payload;

    internal WampResult(ReceivedDict details, ReceivedPayload payload)
    {
        Details = details;
        _payload = payload;
    }

    /// <summary>The positional results.</summary>
    public ReceivedList Arguments => _payload.Arguments;

    /// <summary>The keyword results.</summary>
    public ReceivedDict ArgumentsKw => _payload.ArgumentsKw;

    /// <summary>RESULT.Details.</summary>
    public ReceivedDict Details { get; }
}
