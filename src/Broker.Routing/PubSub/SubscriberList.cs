namespace Broker.PubSub;

/// <summary>
/// The subscribers of one subscription, in the order in which they came. Read without a lock while one thread at a time, holding the broker's lock,
/// changes it. Adding and removing cost constant time on average: a removed subscriber leaves an empty slot, and empty slots are squeezed out when they
/// outnumber the others.
/// </summary>
internal sealed class SubscriberList
{
    private Slots _slots = new(1);
    private int _empty;

    /// <summary>How many subscribers there are. Call with the broker's lock held.</summary>
    public int Count => _slots.Used - _empty;

    /// <summary>The subscribers of this moment; empty slots are null. Changes made later may or may not show.</summary>
    public ReadOnlySpan<Subscriber?> Snapshot()
    {
        var slots = Volatile.Read(ref _slots);
        return slots.Items.AsSpan(0, Volatile.Read(ref slots.Used));
    }

    /// <summary>Adds at the end.</summary>
    public void Add(Subscriber subscriber)
    {
        if (_slots.Used == _slots.Items.Length)
        {
            Rebuild(capacity: Math.Max(4, Count * 2));
        }

        subscriber.Slot = _slots.Used;
        Volatile.Write(ref _slots.Items[_slots.Used], subscriber);
        Volatile.Write(ref _slots.Used, _slots.Used + 1);
    }

    /// <summary>Removes what <see cref="Add"/> has added.</summary>
    public void Remove(Subscriber subscriber)
    {
        Volatile.Write(ref _slots.Items[subscriber.Slot], null);
        _empty++;
        if (_empty > 8 && _empty > _slots.Used / 2)
        {
            Rebuild(capacity: Math.Max(4, Count * 2));
        }
    }

    /// <summary>Readers may be inside the old slots, so the new ones are filled aside and take their place at once.</summary>
    private void Rebuild(int capacity)
    {
        var rebuilt = new Slots(capacity);
        foreach (var subscriber in _slots.Items.AsSpan(0, _slots.Used))
        {
            if (subscriber is not null)
            {
                subscriber.Slot = rebuilt.Used;
                rebuilt.Items[rebuilt.Used++] = subscriber;
            }
        }

        _empty = 0;
        Volatile.Write(ref _slots, rebuilt);
    }

    private sealed class Slots(int capacity)
    {
        public readonly Subscriber?[] Items = new Subscriber?[capacity];
        public int Used;
    }
}
