using Broker.Options;

namespace Broker.Models;

/// <summary>A session as the model sees it.</summary>
/// <param name="id">Its id.</param>
/// <param name="caller">What it announced as a caller.</param>
/// <param name="callee">What it announced as a callee.</param>
/// <param name="subscriber">What it announced as a subscriber.</param>
/// <param name="authId">Who it is.</param>
/// <param name="authRole">What it may be.</param>
internal sealed class ModelSession(long id, Features caller, Features callee, Features subscriber, string authId, string authRole)
{
    public long Id { get; } = id;

    public Features Caller { get; } = caller;

    public Features Callee { get; } = callee;

    public Features Subscriber { get; } = subscriber;

    public string AuthId { get; } = authId;

    public string AuthRole { get; } = authRole;

    public bool HasLeft { get; set; }

    /// <summary>The id of the last request it has made.</summary>
    public long LastRequest { get; set; }

    /// <summary>How many INVOCATIONs were sent to it: they count 1, 2, 3 (ID-06), in which order <see cref="Encounter"/> sees.</summary>
    public long Invocations { get; set; }

    /// <summary>The ids of those that it has got.</summary>
    public HashSet<long> InvocationIds { get; } = [];

    /// <summary>
    /// The procedures of its progressive calls that ended before the last chunk, by request id: chunks still to come are discarded
    /// (PCI-20).
    /// </summary>
    public Dictionary<long, string> UnfinishedSeries { get; } = [];

    /// <summary>What it is told in the step that is being taken.</summary>
    public List<Expected> Told { get; } = [];

    public void Tell(Expected message)
    {
        if (!HasLeft)
        {
            Told.Add(message);
        }
    }
}
