using Broker.Options;
using Broker.Serialization;

namespace Broker.PubSub;

/// <summary>
/// EVENT.Details, written straight from the bytes of the PUBLISH: <c>topic</c> for pattern subscriptions (PBS-05), <c>retained</c>, and
/// what the publication tells all its receivers.
/// </summary>
internal readonly ref struct RoutedEventDetails(ReadOnlySpan<byte> topic, bool isRetained, in EventDetails common) : IEncodable
{
    private readonly ReadOnlySpan<byte> _topic = topic;
    private readonly EventDetails _common = common;

    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        var count = 0;
        if (!_topic.IsEmpty)
        {
            writer.WriteKey("topic"u8);
            writer.WriteString(_topic);
            count++;
        }

        count += _common.WriteEntries(ref writer);
        if (isRetained)
        {
            writer.WriteKey("retained"u8);
            writer.WriteBoolean(true);
            count++;
        }

        writer.CloseDict(mark, count);
    }
}
