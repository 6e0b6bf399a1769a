using Broker.PubSub;
using Broker.Sessions;

namespace Broker.Benchmarks;

/// <summary>A receiver that copies each message (of a very long one, the beginning), as a connection's queue does, over the one before.</summary>
internal sealed class CountingSink : IMessageSink
{
    private readonly byte[] _last = new byte[16 * 1024];

    public Lock Gate { get; } = new();

    /// <summary>How many messages came.</summary>
    public long Count { get; private set; }

    public SendResult Send(OutboundMessage message, bool isDroppable)
    {
        message.Bytes[..Math.Min(message.Bytes.Length, _last.Length)].CopyTo(_last);
        Count++;
        return SendResult.Queued;
    }

    public void SendEvent(OutboundMessage message, EventTerms terms, ReadOnlySpan<byte> topic) => Send(message, isDroppable: true);

    public void SendRetained(RetainedDelivery events) => throw new InvalidOperationException("Nothing is retained in a benchmark.");

    public void ForgetMissed()
    {
        // Nobody has missed anything.
    }

    public void MissEvent() => throw new InvalidOperationException("Nobody in a benchmark speaks another serializer.");

    public void End(string reason, string? message) => throw new InvalidOperationException("Nobody kills a session of a benchmark.");
}
