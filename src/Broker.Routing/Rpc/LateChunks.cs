namespace Broker.Rpc;

/// <summary>
/// Progressive calls of one caller that ended before their last chunk: chunks that were on the way are discarded (PCI-19, PCI-20), while any other CALL with a
/// used id breaks the protocol. An entry goes with the last chunk, or after a while, because callers that have read the answer send no more. Guarded by the
/// caller's gate.
/// </summary>
internal sealed class LateChunks
{
    private const int MaxEntries = 4096;
    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(5);
    private readonly Dictionary<long, Entry> _entries = [];
    private readonly Queue<(long RequestId, Entry Entry)> _byAge = new();

    /// <summary>Remembers a call.</summary>
    public void Add(long requestId, byte[] procedure, TimeProvider time)
    {
        while (_byAge.TryPeek(out var oldest) && (_byAge.Count >= MaxEntries || time.GetElapsedTime(oldest.Entry.Since) > KeptFor))
        {
            _byAge.Dequeue();
            if (_entries.TryGetValue(oldest.RequestId, out var entry) && entry == oldest.Entry)
            {
                _entries.Remove(oldest.RequestId);
            }
        }

        var added = new Entry(procedure, time.GetTimestamp());
        _entries[requestId] = added;
        _byAge.Enqueue((requestId, added));
    }

    /// <summary>Whether a CALL is a chunk of a call remembered here.</summary>
    /// <param name="requestId">Its request id.</param>
    /// <param name="procedure">Its procedure.</param>
    /// <param name="isLast">Whether it is the last chunk.</param>
    public bool TryDiscard(long requestId, ReadOnlySpan<byte> procedure, bool isLast)
    {
        if (!_entries.TryGetValue(requestId, out var entry) || !procedure.SequenceEqual(entry.Procedure))
        {
            return false;
        }

        if (isLast)
        {
            _entries.Remove(requestId);
        }

        return true;
    }

    private sealed record Entry(byte[] Procedure, long Since);
}
