using Broker.Messages;
using Broker.Options;

namespace Broker.Rpc;

/// <summary>What a caller asks, encoded by the caller's serializer: straight from its CALL, or as <see cref="CallTerms"/> kept it.</summary>
internal ref struct CallRequest
{
    /// <summary>The procedure called, in UTF-8.</summary>
    public ReadOnlySpan<byte> Procedure { get; set; }

    /// <summary>Arguments and ArgumentsKw.</summary>
    public Payload Payload { get; set; }

    /// <summary>CALL.Options.</summary>
    public CallOptions Options { get; set; }
}
