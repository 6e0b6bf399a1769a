using Broker.PubSub;
using Broker.Sessions;
using Broker.Tracing;
using Broker.Transports;

namespace Broker.Connections;

/// <content>Retained events, which are asked for one by one when their turn has come.</content>
internal sealed partial class Backlog
{
    /// <summary>What an event costs as long as it is not asked for.</summary>
    private const int PlaceCost = 8;

    /// <summary>Adds the events of a delivery.</summary>
    public void AddRetained(RetainedDelivery events)
    {
        held.Add(CostOf(events));
        CloseSlots(events.Terms);
        Append(new Entry { Frame = OutboundFrame.Message, Retained = events, Terms = events.Terms, Gap = Missed });
        Missed = 0;
    }

    /// <summary>What waiting costs, see <see cref="AddRetained"/>.</summary>
    public static int CostOf(RetainedDelivery events) => FrameCost + (PlaceCost * events.Count) + events.KeptBytes;

    /// <summary>Asks for the next event of the delivery that is first. Without one, and with it, the delivery is over.</summary>
    private bool TryLoad(ref Entry first, ref int work, TracedConnection? trace)
    {
        using var message = new OutboundMessage();
        switch (first.Retained!.Next(message, ref work))
        {
            case RetainedStep.Event:
                trace?.Sent(message);
                first.Bytes = message.Share(held);
                Bytes += first.Bytes.Count + FrameCost;
                return true;
            case RetainedStep.Missed:
                first.Gap++;
                return false;
            default:
                Tell(_first, first.Gap);
                Bytes -= CostOf(first.Retained);
                LetGo(first.Retained);
                Remove(ref first);
                return false;
        }
    }

    /// <summary>A frame has left, or never will: its place is empty, or is that of the next event of its delivery.</summary>
    private void Finish(ref Entry entry)
    {
        if (entry.Retained is null)
        {
            Remove(ref entry);
            return;
        }

        entry.Bytes!.Release();
        entry.Bytes = null;
    }

    /// <summary>What comes later is to be behind the delivery: it takes no place before it any more.</summary>
    private void CloseSlots(EventTerms terms)
    {
        foreach (var (slot, at) in _slots ?? [])
        {
            if (slot.Terms == terms)
            {
                LeaveSlot(ref _entries[at]);
            }
        }
    }

    private void LetGo(RetainedDelivery? events)
    {
        if (events is not null)
        {
            held.Add(-CostOf(events));
        }
    }
}
