using Broker.PubSub;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Meta;

/// <summary>How the events of a history reach the caller: in one RESULT or, if it takes progressive results, in parts that it can take (HIS-14).</summary>
internal static class HistoryDelivery
{
    /// <summary>About how many bytes of events go into one part.</summary>
    private const int PartBytes = 64 * 1024;

    /// <summary>Answers the call.</summary>
    public static void Send(scoped in MetaCall call, HistoryAnswer answer)
    {
        if (call.TakesParts)
        {
            SendParts(call, answer);
        }
        else if (call.TryReturn(answer, new LimitReached(answer.IsLimitReached)) == SendResult.TooLong)
        {
            call.Fail(
                ErrorUris.PayloadSizeExceeded,
                "The events are longer than the messages that the caller takes: ask for fewer of them by limit, or for progressive results by receive_progress.");
        }
    }

    /// <summary>
    /// Parts that turn out too long for the caller are halved. An event that is too long by itself is left out: as an EVENT it would not have reached the caller,
    /// either. A caller that reads too slowly for all gets the beginning, and is told that there are more.
    /// </summary>
    private static void SendParts(scoped in MetaCall call, HistoryAnswer answer)
    {
        var (start, most) = (0, int.MaxValue);
        var isLimitReached = answer.IsLimitReached;
        while (true)
        {
            var part = answer.Part(start, Math.Min(most, CountWithin(answer.Events, start)));
            var count = part.Events.Count;
            var isLast = start + count == answer.Events.Count;
            var sent = isLast ? call.TryReturn(part, new LimitReached(isLimitReached)) : call.TrySendPart(part);
            if (sent == SendResult.TooLong && count > 0)
            {
                most = count / 2;
                if (most == 0)
                {
                    (start, most) = (start + 1, 1);
                }
            }
            else if (isLast)
            {
                return;
            }
            else if (sent == SendResult.Dropped)
            {
                isLimitReached = true;
                answer = answer.Part(0, start);
            }
            else
            {
                (start, most) = (start + count, 2 * count);
            }
        }
    }

    /// <summary>How many events, from one on, make a part: at least one, if there are any.</summary>
    private static int CountWithin(List<StoredPublication> events, int start)
    {
        var count = 0;
        for (var bytes = 0; start + count < events.Count; count++)
        {
            bytes += events[start + count].Size;
            if (count > 0 && bytes > PartBytes)
            {
                break;
            }
        }

        return count;
    }

    /// <summary>ArgumentsKw of the RESULT (HIS-04).</summary>
    private readonly struct LimitReached(bool isLimitReached) : IEncodable
    {
        public void WriteTo<TWriter>(ref TWriter writer)
            where TWriter : struct, ITokenWriter<TWriter>
        {
            writer.WriteDictStart(1);
            writer.WriteKey("is_limit_reached"u8);
            writer.WriteBoolean(isLimitReached);
            writer.WriteDictEnd();
        }
    }
}
