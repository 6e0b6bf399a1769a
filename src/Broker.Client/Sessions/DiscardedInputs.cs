namespace Broker.Client.Sessions;

/// <summary>
/// The invocations that were answered before the last chunk of their arguments had come: what still comes is no new call (PCI-12). Used under the
/// session's gate.
/// </summary>
internal sealed class DiscardedInputs
{
    private const int MaxCount = 1024; // the oldest are forgotten: their callers may never have sent a last chunk

    private readonly HashSet<long> _ids = [];
    private readonly Queue<long> _order = [];

    public void Add(long requestId)
    {
        if (!_ids.Add(requestId))
        {
            return;
        }

        _order.Enqueue(requestId);
        if (_order.Count > MaxCount)
        {
            _ids.Remove(_order.Dequeue());
        }
    }

    /// <summary>Whether an INVOCATION belongs to one of those; the last chunk is the end of it.</summary>
    public bool Ended(long requestId, bool isLast) => isLast ? _ids.Remove(requestId) : _ids.Contains(requestId);
}
