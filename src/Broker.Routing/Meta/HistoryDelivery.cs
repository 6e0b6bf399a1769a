using Broker.PubSub;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Meta;

/// <summary>
/// How the events of a history reach the caller: in one RESULT or, if it takes progressive results, in parts that it can take (HIS-14). Events that cannot reach it
/// in any case are left out, counted like those that a subscriber misses, and told of.
/// </summary>
internal static class HistoryDelivery
{
    /// <summary>About how many bytes of events go into one part.</summary>
    private const int PartBytes = 64 * 1024;

    /// <summary>Answers the call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="answer">What it asked for, which is no error.</param>
    /// <param name="drops">Counts what is left out.</param>
    public static void Send(scoped in MetaCall call, HistoryAnswer answer, EventDrops drops)
    {
        if (call.TakesParts)
        {
            SendParts(call, answer, drops);
        }
        else
        {
            SendWhole(call, answer, drops);
        }
    }

    /// <summary>An answer that is longer than the caller takes is not encoded: whoever asks in vain must not take the time of others.</summary>
    private static void SendWhole(scoped in MetaCall call, HistoryAnswer answer, EventDrops drops)
    {
        var limit = call.Caller.PeerLimit;
        var whole = Take(call, answer, start: 0, answer.Events.Count, limit, limit);
        var remarks = new Remarks(answer.IsLimitReached, whole.Inexpressible);
        if (whole.End < answer.Events.Count
            || whole.TooLong > 0
            || whole.Length + call.Measure(new ListHead(whole.Events.Count), remarks) > limit
            || call.TryReturn(answer.With(whole.Events), remarks) == SendResult.TooLong)
        {
            Refuse(call);
        }
        else
        {
            whole.Count(drops);
        }
    }

    /// <summary>A caller that reads too slowly for all parts gets the beginning, and is told that there are more.</summary>
    private static void SendParts(scoped in MetaCall call, HistoryAnswer answer, EventDrops drops)
    {
        var (start, end, leftOut, isLimitReached) = (0, answer.Events.Count, 0, answer.IsLimitReached);
        var room = call.Caller.PeerLimit - call.Measure(new ListHead(end), new Remarks(isLimitReached: false, end)); // no RESULT has more around its events
        while (true)
        {
            var part = Take(call, answer, start, end, Math.Min(PartBytes, room), room);
            var events = answer.With(part.Events);
            var isLast = part.End == end;
            var sent = isLast ? call.TryReturn(events, new Remarks(isLimitReached, leftOut + part.LeftOut)) : call.TrySendPart(events);
            if (sent == SendResult.Dropped)
            {
                (end, isLimitReached) = (start, true);
                continue;
            }

            if (sent == SendResult.TooLong)
            {
                Refuse(call); // not even an empty list fits
                return;
            }

            part.Count(drops);
            if (isLast)
            {
                return;
            }

            (start, leftOut) = (part.End, leftOut + part.LeftOut);
        }
    }

    private static void Refuse(scoped in MetaCall call) => call.Fail(
        ErrorUris.PayloadSizeExceeded,
        "The events are longer than the messages that the caller takes: ask for fewer of them by limit, or for progressive results by receive_progress.");

    /// <summary>The next events that the caller can get.</summary>
    /// <param name="call">The call.</param>
    /// <param name="answer">All events.</param>
    /// <param name="start">The place of the first.</param>
    /// <param name="end">The place behind the last.</param>
    /// <param name="most">How many bytes they may take; one event may take more.</param>
    /// <param name="room">How many bytes an event may take; as an EVENT a longer one would not have reached the caller, either.</param>
    private static Part Take(scoped in MetaCall call, HistoryAnswer answer, int start, int end, int most, int room)
    {
        var serializer = call.Caller.Serializer;
        var lengthOfId = answer.LengthOfId(serializer);
        var comma = serializer == SerializerKind.Json ? 1 : 0;
        var part = new Part([], start, Length: 0, Inexpressible: 0, TooLong: 0);
        while (part.End < end)
        {
            var next = answer.Events[part.End];
            if (answer.LengthOf(next, serializer, lengthOfId) is not { } length)
            {
                part = part with { Inexpressible = part.Inexpressible + 1 };
            }
            else if (length > room)
            {
                part = part with { TooLong = part.TooLong + 1 };
            }
            else
            {
                var longer = part.Length + length + (part.Events.Count > 0 ? comma : 0);
                if (part.Events.Count > 0 && longer > most)
                {
                    break;
                }

                part.Events.Add(next);
                part = part with { Length = longer };
            }

            part = part with { End = part.End + 1 };
        }

        return part;
    }

    /// <summary>Some of the events of an answer.</summary>
    /// <param name="Events">Those that the caller can get.</param>
    /// <param name="End">The place of the first that is not looked at yet.</param>
    /// <param name="Length">The bytes that they take, without what is around them.</param>
    /// <param name="Inexpressible">How many are left out because the caller's serializer cannot express them.</param>
    /// <param name="TooLong">How many because they are longer than the caller takes.</param>
    private readonly record struct Part(List<StoredPublication> Events, int End, long Length, int Inexpressible, int TooLong)
    {
        public int LeftOut => Inexpressible + TooLong;

        public void Count(EventDrops drops)
        {
            drops.Add(DropReason.Inexpressible, Inexpressible);
            drops.Add(DropReason.TooLong, TooLong);
        }
    }

    /// <summary>
    /// ArgumentsKw of the RESULT: whether there are more events (HIS-04) and, only if there are any, how many were left out (<c>_left_out</c>, a private key of this
    /// router).
    /// </summary>
    private readonly struct Remarks(bool isLimitReached, int leftOut) : IEncodable
    {
        public void WriteTo<TWriter>(ref TWriter writer)
            where TWriter : struct, ITokenWriter<TWriter>
        {
            writer.WriteDictStart(leftOut > 0 ? 2 : 1);
            writer.WriteKey("is_limit_reached"u8);
            writer.WriteBoolean(isLimitReached);
            if (leftOut > 0)
            {
                writer.WriteKey("_left_out"u8);
                writer.WriteInteger(leftOut);
            }

            writer.WriteDictEnd();
        }
    }

    /// <summary>A list without its elements: all that is around them but the commas.</summary>
    private readonly struct ListHead(int count) : IEncodable
    {
        public void WriteTo<TWriter>(ref TWriter writer)
            where TWriter : struct, ITokenWriter<TWriter>
        {
            writer.WriteListStart(count);
            writer.WriteListEnd();
        }
    }
}
