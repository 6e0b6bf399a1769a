using Broker.Options;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>Options and Details that never vary, encoded once for each serializer.</summary>
internal sealed class FixedDict
{
    private readonly byte[][] _encoded;

    private FixedDict(Func<SerializerKind, byte[]> encode) =>
        _encoded = [encode(SerializerKind.Json), encode(SerializerKind.MessagePack), encode(SerializerKind.Cbor)];

    /// <summary>RESULT.Details of a progressive result.</summary>
    public static FixedDict ProgressiveResult { get; } = Of(new ResultDetails { Progress = true });

    /// <summary>INVOCATION.Details of every chunk but the first and the last (PCI-16).</summary>
    public static FixedDict ProgressiveInvocation { get; } = Of(new InvocationDetails { Progress = true });

    /// <summary>INTERRUPT.Options: an answer is awaited (CAN-03).</summary>
    public static FixedDict Kill { get; } = Of(new InterruptOptions { Mode = CancelMode.Kill });

    /// <summary>INTERRUPT.Options: no answer is awaited (CAN-04).</summary>
    public static FixedDict KillNoWait { get; } = Of(new InterruptOptions { Mode = CancelMode.KillNoWait });

    /// <summary>INTERRUPT.Options of a call that took too long (CTO-12).</summary>
    public static FixedDict TimedOut { get; } = Of(new InterruptOptions { Mode = CancelMode.KillNoWait, Reason = ErrorUris.Timeout });

    /// <summary>The dict for a receiver.</summary>
    public ReadOnlySpan<byte> For(SerializerKind serializer) => _encoded[(int)serializer];

    private static FixedDict Of<TValue>(TValue value)
        where TValue : IEncodable => new(serializer => ValueEncoder.Encode(serializer, value));
}
