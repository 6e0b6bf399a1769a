namespace Broker.Ids;

/// <summary>Request ids of one session and direction: 1, 2, 3 ... 2^53, 1 ... Not thread-safe: taken in the section that queues the message.</summary>
public struct IdSequence
{
    private bool _hasWrapped;

    /// <summary>A sequence that continues behind <paramref name="last"/>.</summary>
    /// <param name="last">The last id used; 0 for none.</param>
    public IdSequence(long last) => Last = last;

    /// <summary>The last id used; 0 for none.</summary>
    public long Last { get; private set; }

    /// <summary>Takes the next id.</summary>
    public long Take() => Move(WampId.Next(Last));

    /// <summary>Takes <paramref name="id"/> if it is the next one.</summary>
    /// <returns>False, and nothing changes, when it is not.</returns>
    public bool TryTake(long id)
    {
        if (id != WampId.Next(Last))
        {
            return false;
        }

        Move(id);
        return true;
    }

    /// <summary>Whether <paramref name="id"/> has been used. Once the sequence has wrapped, every id has.</summary>
    public readonly bool HasUsed(long id) => id <= Last || _hasWrapped;

    private long Move(long id)
    {
        _hasWrapped |= id < Last;
        return Last = id;
    }
}
