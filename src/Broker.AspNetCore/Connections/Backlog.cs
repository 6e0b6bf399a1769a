using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Broker.Hosting;
using Broker.Messages;
using Broker.PubSub;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Tracing;
using Broker.Transports;

namespace Broker.Connections;

/// <summary>
/// Frames that wait for a transport to take more, in order, each a reference to shared bytes. EVENTs among them can be dropped again; the
/// next EVENT tells. Not thread-safe.
/// </summary>
/// <param name="held">Counts the memory.</param>
/// <param name="serializer">The peer's.</param>
/// <param name="peerLimit">The longest message that the peer takes.</param>
internal sealed partial class Backlog(ByteCount held, SerializerKind serializer, int peerLimit)
{
    /// <summary>What a frame costs besides its payload; without it, a flood of empty pings to answer would cost nothing.</summary>
    private const int FrameCost = 64;

    private const int LeastCapacity = 4;

    /// <summary>How many bytes of retained events are looked at before others have their turn, if nothing comes of them.</summary>
    private const int MaxWork = 256 * 1024;

    private Entry[] _entries = [];
    private int _first; // where what waits begins
    private int _end;
    private int _count; // what was dropped in between leaves its place empty
    private int _oldest; // no event before this place gives way
    private int _fence; // what is before this place is of a session that has ended
    private int _sent = -1; // of the first frame's payload; -1: not even its header
    private Queue<Entry>? _urgent; // goes before all others, as soon as no frame is begun
    private Dictionary<(EventTerms Terms, string Topic), int>? _slots; // where the one event waits that a topic may have

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>The bytes that wait, and what the frames around them cost.</summary>
    public int Bytes { get; private set; }

    /// <summary>Events that the peer has missed behind the last one that waits; the next one tells.</summary>
    public int Missed { get; set; }

    /// <summary>The session has ended: what it has missed is nothing to the next one of the connection.</summary>
    public void EndSession() => (Missed, _fence) = (0, _end);

    /// <summary>Adds a frame; the backlog takes over the caller's reference.</summary>
    public void Add(OutboundFrame frame, SharedBytes bytes) => Append(new Entry { Frame = frame, Bytes = bytes });

    /// <summary>
    /// Adds a control frame. Pings and pongs need not wait for the others: a peer that reads slowly is not to be thought gone, nor to think so of the router.
    /// </summary>
    public void AddControl(OutboundFrame frame, SharedBytes bytes)
    {
        if (frame is not (OutboundFrame.Ping or OutboundFrame.Pong))
        {
            Add(frame, bytes);
            return;
        }

        (_urgent ??= []).Enqueue(new Entry { Frame = frame, Bytes = bytes });
        _count++;
        Bytes += bytes.Count + FrameCost;
    }

    /// <summary>Adds an EVENT; the backlog takes over the caller's reference.</summary>
    /// <param name="bytes">The message.</param>
    /// <param name="terms">How it is treated.</param>
    /// <param name="topic">
    /// Its topic, if only one event of it may wait: then it takes the place of the one that does. Otherwise null.
    /// </param>
    public void AddEvent(SharedBytes bytes, EventTerms terms, string? topic)
    {
        if (topic is not null && _slots?.TryGetValue((terms, topic), out var at) == true)
        {
            ref var waiting = ref _entries[at];
            terms.CountDrop(DropReason.Conflated);
            Replace(ref waiting, bytes);
            return;
        }

        if (topic is not null)
        {
            MakePlace();
            (_slots ??= []).Add((terms, topic), _end);
        }

        Append(new Entry { Frame = OutboundFrame.Message, Bytes = bytes, Terms = terms, Topic = topic, Gap = Missed });
        Missed = 0;
    }

    /// <summary>The event that waits for a topic of which only one may, or null. It stays the backlog's.</summary>
    public SharedBytes? WaitingFor(EventTerms terms, string topic) =>
        _slots?.TryGetValue((terms, topic), out var at) == true ? _entries[at].Bytes : null;

    /// <summary>Drops the event that has waited for longest of those that give way.</summary>
    /// <returns>How many bytes that has freed; 0: there is none.</returns>
    public int DropOldest()
    {
        _oldest = Math.Max(_oldest, _sent < 0 ? _first : _first + 1);
        for (; _oldest < _end; _oldest++)
        {
            if (_entries[_oldest] is { Retained: null, Terms.GivesWay: true })
            {
                var before = Bytes;
                Drop(_oldest, DropReason.Oldest);
                return before - Bytes;
            }
        }

        return 0;
    }

    /// <summary>Drops all events that wait, whatever their terms: the router has no room for them.</summary>
    public void DropEvents()
    {
        for (var at = _sent < 0 ? _first : _first + 1; at < _end; at++)
        {
            if (_entries[at] is { Retained: null, Terms: not null })
            {
                Drop(at, DropReason.RouterFull);
            }
        }
    }

    /// <summary>Writes up to about <paramref name="space"/> bytes into <paramref name="output"/> and returns how many.</summary>
    /// <param name="output">The transport's pipe.</param>
    /// <param name="frames">How the connection frames.</param>
    /// <param name="space">How much may come.</param>
    /// <param name="trace">Is told of retained events: they become messages here.</param>
    public int MoveTo(PipeWriter output, FrameWriter frames, int space, TracedConnection? trace)
    {
        var (moved, work) = (0, 0);
        while (moved < space && work < MaxWork && _count > 0)
        {
            if (_sent < 0 && _urgent?.TryDequeue(out var urgent) == true)
            {
                moved += Write(ref urgent, output, frames);
                Release(ref urgent);
                continue;
            }

            ref var first = ref First();
            if (_sent < 0)
            {
                if ((first.Bytes is null && !TryLoad(ref first, ref work, trace)) || (first.Gap > 0 && !TryMark(ref first)))
                {
                    continue;
                }

                if (first.Bytes!.Count <= OutboundQueue.MaxCopied)
                {
                    CountEvent(first);
                    moved += Write(ref first, output, frames);
                    Finish(ref first);
                    continue;
                }

                frames.EndBatch(output);
                moved += Begin(ref first, output, frames);
            }

            moved += Continue(ref first, output, frames, Math.Max(space - moved, 0));
        }

        return moved;
    }

    /// <summary>Gives all references back.</summary>
    public void Clear()
    {
        foreach (ref var entry in _entries.AsSpan(_first, _end - _first))
        {
            entry.Bytes?.Release();
            LetGo(entry.Retained);
        }

        while (_urgent?.TryDequeue(out var urgent) == true)
        {
            urgent.Bytes!.Release();
        }

        (Bytes, _count) = (0, 0);
        Empty();
    }

    private int Write(ref Entry entry, PipeWriter output, FrameWriter frames)
    {
        var written = frames.Write(output, entry.Frame, entry.Bytes!.Bytes);
        Bytes -= entry.Bytes.Count + FrameCost;
        return written;
    }

    private int Begin(ref Entry first, PipeWriter output, FrameWriter frames)
    {
        CountEvent(first);
        LeaveSlot(ref first); // what the peer has begun to get cannot be replaced any more
        var header = frames.WriteHeader(output.GetSpan(FrameWriter.MaxHeaderLength), first.Frame, first.Bytes!.Count);
        output.Advance(header);
        Bytes -= FrameCost;
        _sent = 0;
        return header;
    }

    private static void CountEvent(in Entry leaving)
    {
        if (leaving.Terms is not null)
        {
            Traffic.Sent(MessageType.Event, leaving.Bytes!.Count);
        }
    }

    private int Continue(ref Entry first, PipeWriter output, FrameWriter frames, int space)
    {
        var rest = first.Bytes!.Bytes[_sent..];
        var chunk = rest[..Math.Min(rest.Length, space)];
        output.Write(chunk);
        _sent += chunk.Length;
        Bytes -= chunk.Length;
        if (chunk.Length < rest.Length)
        {
            return chunk.Length;
        }

        var trailer = frames.WriteTrailer(output.GetSpan(1), first.Frame);
        output.Advance(trailer);
        _sent = -1;
        Finish(ref first);
        return chunk.Length + trailer;
    }

    /// <summary>
    /// Puts the gap into the EVENT that is about to leave. If that makes it longer than the peer takes, it is missed, too.
    /// </summary>
    private bool TryMark(ref Entry first)
    {
        using var marked = new OutboundMessage();
        EventGap.Mark(marked, serializer, first.Bytes!.Bytes, first.Gap);
        if (marked.Bytes.Length > peerLimit)
        {
            Drop(_first, DropReason.TooLong);
            return false;
        }

        Replace(ref first, marked.Share(held));
        first.Gap = 0;
        return true;
    }

    private void Drop(int at, DropReason reason)
    {
        ref var entry = ref _entries[at];
        entry.Terms!.CountDrop(reason);
        Bytes -= entry.Bytes!.Count + FrameCost;
        if (entry.Retained is null)
        {
            Tell(at, entry.Gap + 1);
        }
        else
        {
            entry.Gap++; // the next event of the delivery tells
        }

        Finish(ref entry);
    }

    /// <summary>Has the next EVENT behind a place tell a gap, if it belongs to the same session.</summary>
    private void Tell(int behind, int gap)
    {
        var end = behind < _fence ? _fence : _end;
        foreach (ref var entry in _entries.AsSpan(behind + 1, end - behind - 1))
        {
            if (entry.Terms is not null)
            {
                entry.Gap += gap;
                return;
            }
        }

        Missed += behind < _fence ? 0 : gap;
    }

    private ref Entry First()
    {
        while (_entries[_first].IsEmpty)
        {
            _first++;
        }

        return ref _entries[_first];
    }

    private void Append(in Entry entry)
    {
        MakePlace();
        _entries[_end++] = entry;
        _count++;
        Bytes += entry.Retained is { } retained ? CostOf(retained) : entry.Bytes!.Count + FrameCost;
    }

    private void Replace(ref Entry entry, SharedBytes bytes)
    {
        Bytes += bytes.Count - entry.Bytes!.Count;
        entry.Bytes.Release();
        entry.Bytes = bytes;
    }

    private void Remove(ref Entry entry)
    {
        LeaveSlot(ref entry);
        Release(ref entry);
    }

    private void Release(ref Entry entry)
    {
        entry.Bytes?.Release();
        entry = default;
        if (--_count == 0)
        {
            Empty();
        }
    }

    private void LeaveSlot(ref Entry entry)
    {
        if (entry.Topic is { } topic)
        {
            _slots!.Remove((entry.Terms!, topic));
            entry.Topic = null;
        }
    }
}
