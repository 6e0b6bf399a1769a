namespace Broker.Client.Sessions;

/// <summary>The ids noted last, as many as there is room for; older ones are forgotten. Not thread-safe.</summary>
internal sealed class RecentIds(int capacity)
{
    private readonly HashSet<long> _ids = [];
    private readonly Queue<long> _order = [];

    public int Capacity => capacity;

    /// <summary>Notes an id.</summary>
    /// <returns>False when it was noted before.</returns>
    public bool Add(long id)
    {
        if (!_ids.Add(id))
        {
            return false;
        }

        _order.Enqueue(id);
        if (_order.Count > capacity)
        {
            _ids.Remove(_order.Dequeue());
        }

        return true;
    }

    public bool Contains(long id) => _ids.Contains(id);

    /// <summary>Forgets an id. Its place stays taken until its turn comes.</summary>
    /// <returns>False when it was not noted.</returns>
    public bool Remove(long id) => _ids.Remove(id);
}
