namespace Broker.Rpc;

/// <summary>
/// The calls of one registration that wait for a callee with room (<c>_concurrency</c>), oldest first. Its lock also guards who is busy, and is held while a
/// call goes to its callee, so that calls arrive in the order in which they came (ORD-04). It comes before the sessions' gates.
/// </summary>
internal sealed class CallQueue
{
    private readonly LinkedList<PendingCall> _waiting = [];

    /// <summary>Guards all members, and <see cref="Callee.Running"/>.</summary>
    public Lock Lock { get; } = new();

    /// <summary>The place of the oldest; null when nobody waits.</summary>
    public LinkedListNode<PendingCall>? First => _waiting.First;

    /// <summary>Lets a call wait, behind the others. It must have kept what it asks (<see cref="CallTerms.Keep"/>).</summary>
    /// <param name="call">The call.</param>
    /// <param name="capacity">How many calls may wait.</param>
    /// <returns>False when too many wait already.</returns>
    public bool TryAdd(PendingCall call, int capacity)
    {
        if (_waiting.Count >= capacity)
        {
            return false;
        }

        call.Terms!.Place = _waiting.AddLast(call);
        return true;
    }

    /// <summary>Lets a call that was taken out wait again, before the one at <paramref name="next"/> or, if that is null, behind all others.</summary>
    public void PutBack(PendingCall call, LinkedListNode<PendingCall>? next) =>
        call.Terms!.Place = next is null ? _waiting.AddLast(call) : _waiting.AddBefore(next, call);

    /// <summary>Takes a call out, if it waits.</summary>
    public void Remove(PendingCall call)
    {
        if (call.Terms is { Place: { } place } terms)
        {
            _waiting.Remove(place);
            terms.Place = null;
        }
    }
}
