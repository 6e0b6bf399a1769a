using Broker.Options;

namespace Broker.PubSub;

/// <summary>
/// What a transport has to know of one session's hold on one subscription to queue its EVENTs. Immutable: whoever subscribes once more, or
/// names another policy, gets others, which tell the events from then on from those that wait already.
/// </summary>
public sealed class EventTerms
{
    private readonly EventDrops _drops;

    internal EventTerms(SlowConsumerPolicy policy, EventDrops drops)
    {
        _drops = drops;
        Policy = policy;
    }

    /// <summary>What happens to the events while the subscriber reads too slowly.</summary>
    public SlowConsumerPolicy Policy { get; }

    /// <summary>Whether an event that waits gives way to what comes later.</summary>
    public bool GivesWay => Policy is SlowConsumerPolicy.DropOldest or SlowConsumerPolicy.Latest;

    /// <summary>Counts an event that is not delivered.</summary>
    public void CountDrop(DropReason reason) => _drops.Add(reason);
}
