using Broker.Serialization;

namespace Broker.PubSub;

/// <summary>EVENT.Details on the hot path, written straight from the bytes of the PUBLISH: <c>topic</c> for pattern subscriptions (PBS-05), <c>_gap</c> after a drop.</summary>
internal readonly ref struct PatternEventDetails(ReadOnlySpan<byte> topic, long gap) : IEncodable
{
    private readonly ReadOnlySpan<byte> _topic = topic;

    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        writer.WriteDictStart((_topic.IsEmpty ? 0 : 1) + (gap > 0 ? 1 : 0));
        if (!_topic.IsEmpty)
        {
            writer.WriteKey("topic"u8);
            writer.WriteString(_topic);
        }

        if (gap > 0)
        {
            writer.WriteKey("_gap"u8);
            writer.WriteInteger(gap);
        }

        writer.WriteDictEnd();
    }
}
