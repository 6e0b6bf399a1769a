using Broker.Serialization;
using Broker.Uris;

namespace Broker.PubSub;

/// <summary>
/// What <c>wamp.subscription.get_events</c> answers: the Arguments of its RESULT, one Event dict for each element, <c>[e1, e2, ...]</c> (HIS-03), or the URI of
/// its ERROR.
/// </summary>
internal sealed class HistoryAnswer : IEncodable
{
    /// <summary>The URI of the ERROR, or null.</summary>
    public string? Error { get; init; }

    /// <summary>What is wrong, as a sentence; null without <see cref="Error"/>.</summary>
    public string? Text { get; init; }

    /// <summary>The id of the subscription.</summary>
    public long SubscriptionId { get; init; }

    /// <summary>How the subscription matches: patterns tell the topic in <c>details</c>.</summary>
    public MatchPolicy Match { get; init; }

    /// <summary>The events.</summary>
    public List<StoredPublication> Events { get; init; } = [];

    /// <summary>Whether there are more events than the limit asked for (HIS-04): <c>is_limit_reached</c> of ArgumentsKw.</summary>
    public bool IsLimitReached { get; init; }

    /// <summary>Some of the events.</summary>
    public HistoryAnswer Part(int start, int count) => new() { SubscriptionId = SubscriptionId, Match = Match, Events = Events.GetRange(start, count) };

    /// <summary>
    /// Writes the list. An event whose payload the serializer cannot express is left out, as it would be for a subscriber.
    /// </summary>
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        using var transcoded = new ByteBuffer();
        var mark = writer.OpenList();
        var count = 0;
        foreach (var stored in Events)
        {
            var publication = stored.ToPublication();
            transcoded.Clear();
            if (Transcoder.TryTranscode(
                publication.Serializer, publication.Payload.Elements, publication.Payload.Count, TWriter.Kind, transcoded))
            {
                WriteEvent(ref writer, stored, publication, new Messages.Payload(transcoded.Written, publication.Payload.Count));
                count++;
            }
        }

        writer.CloseList(mark, count);
    }

    private void WriteEvent<TWriter>(ref TWriter writer, StoredPublication stored, in Publication publication, Messages.Payload payload)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        payload.Split(TWriter.Kind, out var arguments, out var argumentsKw);
        writer.WriteDictStart(4 + payload.Count);
        writer.WriteKey("timestamp"u8);
        writer.WriteString(System.Text.Encoding.ASCII.GetBytes(Rfc3339.Format(stored.Timestamp)));
        writer.WriteKey("subscription"u8);
        writer.WriteInteger(SubscriptionId);
        writer.WriteKey("publication"u8);
        writer.WriteInteger(publication.Id);
        writer.WriteKey("details"u8);
        var topic = Match == MatchPolicy.Exact ? default : publication.Topic;
        new RoutedEventDetails(topic, isRetained: false, publication.Details).WriteTo(ref writer);
        if (payload.Count > 0)
        {
            writer.WriteKey("args"u8);
            writer.WriteEncoded(arguments);
        }

        if (payload.Count > 1)
        {
            writer.WriteKey("kwargs"u8);
            writer.WriteEncoded(argumentsKw);
        }

        writer.WriteDictEnd();
    }
}
