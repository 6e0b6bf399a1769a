using Broker.Meta;
using Broker.Serialization;
using Broker.Sessions;
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

    /// <summary>The same with some of the events.</summary>
    public HistoryAnswer With(List<StoredPublication> events) => new() { SubscriptionId = SubscriptionId, Match = Match, Events = events };

    /// <summary>How many bytes the id of the subscription takes, which stands in each event.</summary>
    public int LengthOfId(SerializerKind serializer) => ValueEncoder.Encode(serializer, new IntegerValue(SubscriptionId)).Length;

    /// <summary>
    /// How many bytes an event takes in the list; null: the serializer cannot express it. Found out once for each serializer, so that nobody has it encoded again and
    /// again only to hear that it is too long.
    /// </summary>
    /// <param name="stored">The event.</param>
    /// <param name="serializer">The serializer.</param>
    /// <param name="lengthOfId">What <see cref="LengthOfId"/> says: the same event may stand in the histories of several subscriptions.</param>
    public int? LengthOf(StoredPublication stored, SerializerKind serializer, int lengthOfId)
    {
        ref var known = ref stored.KnownLength(serializer, TellsTopic ? StoredForm.PatternRecorded : StoredForm.Recorded);
        if (known == 0)
        {
            var encoded = RoutingScratch.Current.Arguments;
            encoded.Clear();
            ValueEncoder.Encode(serializer, encoded, new Event(this, stored));
            known = encoded.Written.IsEmpty ? StoredPublication.Inexpressible : encoded.Written.Length - lengthOfId;
        }

        return known == StoredPublication.Inexpressible ? null : known + lengthOfId;
    }

    /// <summary>Writes the list. An event that the serializer cannot express is left out: <see cref="LengthOf"/> tells which.</summary>
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenList();
        var count = 0;
        foreach (var stored in Events)
        {
            count += TryWriteEvent(ref writer, stored) ? 1 : 0;
        }

        writer.CloseList(mark, count);
    }

    private bool TellsTopic => Match != MatchPolicy.Exact;

    private bool TryWriteEvent<TWriter>(ref TWriter writer, StoredPublication stored)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var publication = stored.ToPublication();
        if (!RoutingScratch.Current.TryTranscode(publication.Serializer, publication.Payload, TWriter.Kind, out var payload))
        {
            return false;
        }

        WriteEvent(ref writer, stored, publication, payload);
        return true;
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
        var topic = TellsTopic ? publication.Topic : default;
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

    /// <summary>One event alone; nothing if the serializer cannot express it.</summary>
    private readonly struct Event(HistoryAnswer answer, StoredPublication stored) : IEncodable
    {
        public void WriteTo<TWriter>(ref TWriter writer)
            where TWriter : struct, ITokenWriter<TWriter> => answer.TryWriteEvent(ref writer, stored);
    }
}
