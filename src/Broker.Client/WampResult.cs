using Broker.Client.Payloads;

namespace Broker.Client;

/// <summary>The result of a call. Immutable, valid for ever.</summary>
public sealed class WampResult
{
    private readonly ReceivedPayload _payload;

    internal WampResult(bool isFinal, ReceivedDict details, ReceivedPayload payload)
    {
        IsFinal = isFinal;
        Details = details;
        _payload = payload;
    }

    /// <summary>The positional results.</summary>
    public ReceivedList Arguments => _payload.Arguments;

    /// <summary>The keyword results.</summary>
    public ReceivedDict ArgumentsKw => _payload.ArgumentsKw;

    /// <summary>Whether it ends the call; false for a progressive result (WAMP specification, "Progressive Call Results").</summary>
    public bool IsFinal { get; }

    /// <summary>RESULT.Details.</summary>
    public ReceivedDict Details { get; }
}
