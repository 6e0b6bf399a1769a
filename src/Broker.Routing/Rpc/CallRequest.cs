using Broker.Messages;
using Broker.Options;

namespace Broker.Rpc;

/// <summary>What a caller asks, encoded by the caller's serializer: straight from its CALL, or as <see cref="CallTerms"/> kept it.</summary>
internal readonly ref struct CallRequest(ReadOnlySpan<byte> procedure, Payload payload, CallOptions options)
{
    /// <summary>The procedure called, in UTF-8.</summary>
    public ReadOnlySpan<byte> Procedure { get; } = procedure;

    /// <summary>Arguments and ArgumentsKw.</summary>
    public Payload Payload { get; } = payload;

    /// <summary>CALL.Options.</summary>
    public CallOptions Options { get; } = options;
}
