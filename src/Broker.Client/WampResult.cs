using Broker.Client.Payloads;
using Broker.Options;

namespace Broker.Client;

/// <summary>The result of a call. Immutable, valid for ever.</summary>
public sealed class WampResult
{
    private readonly ReceivedPayload _payload;
    private readonly ResultDetails _details;

    internal WampResult(in ResultDetails known, ReceivedDict details, ReceivedPayload payload)
    {
        _details = known;
        Details = details;
        _payload = payload;
    }

    /// <summary>The positional results.</summary>
    public ReceivedList Arguments => _payload.Arguments;

    /// <summary>The keyword results.</summary>
    public ReceivedDict ArgumentsKw => _payload.ArgumentsKw;

    /// <summary>Whether it ends the call; false for a progressive result (WAMP specification, "Progressive Call Results").</summary>
    public bool IsFinal => !_details.Progress;

    /// <summary>
    /// How the result came packed; null if it did not (WAMP specification, "Payload Passthru Mode"): a callee need not answer in kind.
    /// </summary>
    public PassthruOptions? Passthru => _details.Passthru?.IsActive == true ? _details.Passthru : null;

    /// <summary>RESULT.Details.</summary>
    public ReceivedDict Details { get; }

    /// <summary>Unpacks the payload, if it is packed.</summary>
    /// <exception cref="WampArgumentException">It cannot be unpacked.</exception>
    internal WampResult Open()
    {
        _payload.Open();
        return this;
    }
}
