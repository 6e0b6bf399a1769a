namespace Broker.PubSub;

/// <summary>
/// One event of <see cref="RetainedEvents"/>. Whoever is about to get it holds this, and not the publication: so that memory is given back
/// when the event is forgotten.
/// </summary>
internal sealed class RetainedEvent(StoredPublication publication, List<RetainedEvent> topic)
{
    private StoredPublication? _publication = publication;

    /// <summary>The event; null when it is not retained any more. Any thread may ask.</summary>
    public StoredPublication? Publication => Volatile.Read(ref _publication);

    /// <summary>Those of its topic. Guarded by the store's lock.</summary>
    public List<RetainedEvent> Topic { get; } = topic;

    /// <summary>Its place among all. Guarded by the store's lock.</summary>
    public LinkedListNode<RetainedEvent>? Node { get; set; }

    /// <summary>Whether a later event of the topic has taken its place, and not want of room or its age. Any thread may ask when it is gone.</summary>
    public bool IsReplaced { get; private set; }

    /// <summary>Lets go of it.</summary>
    public void Forget(bool isReplaced)
    {
        IsReplaced = isReplaced;
        Volatile.Write(ref _publication, null);
    }
}
