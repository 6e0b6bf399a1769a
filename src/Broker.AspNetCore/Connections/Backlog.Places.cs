using System.Runtime.CompilerServices;
using Broker.PubSub;
using Broker.Sessions;
using Broker.Transports;

namespace Broker.Connections;

/// <content>Where frames wait: places in an array, of which those in between may be empty.</content>
internal sealed partial class Backlog
{
    /// <summary>
    /// Sees to it that there is a place at the end: empty ones in between are squeezed out where they outnumber the others.
    /// </summary>
    private void MakePlace()
    {
        if (_end < _entries.Length)
        {
            return;
        }

        var entries = _count <= _entries.Length / 2 && _entries.Length > 0
            ? _entries
            : Allocate(Math.Max(LeastCapacity, _entries.Length * 2));
        var (to, oldest, fence) = (0, -1, -1);
        for (var from = _first; from < _end; from++)
        {
            oldest = from >= _oldest && oldest < 0 ? to : oldest;
            fence = from >= _fence && fence < 0 ? to : fence;
            if (_entries[from].IsEmpty)
            {
                continue;
            }

            entries[to] = _entries[from];
            if (entries[to].Topic is { } topic)
            {
                _slots![(entries[to].Terms!, topic)] = to;
            }

            to++;
        }

        if (entries == _entries)
        {
            entries.AsSpan(to).Clear();
        }

        (_entries, _first, _end, _oldest, _fence) = (entries, 0, to, oldest < 0 ? to : oldest, fence < 0 ? to : fence);
    }

    private Entry[] Allocate(int capacity)
    {
        held.Add((long)(capacity - _entries.Length) * Unsafe.SizeOf<Entry>());
        return new Entry[capacity];
    }

    private void Empty()
    {
        held.Add(-(long)_entries.Length * Unsafe.SizeOf<Entry>());
        (_entries, _first, _end, _oldest, _fence, _sent, _slots, _urgent) = ([], 0, 0, 0, 0, -1, null, null);
    }

    private struct Entry
    {
        public SharedBytes? Bytes; // null: dropped, or of a delivery the event that is to be asked for
        public RetainedDelivery? Retained; // whose events follow one another in this place
        public EventTerms? Terms; // of an EVENT
        public string? Topic; // of an EVENT that is the only one of its topic
        public int Gap; // how many events the peer has missed before this one
        public OutboundFrame Frame;

        public readonly bool IsEmpty => Bytes is null && Retained is null;
    }
}
