namespace Broker.Models;

/// <summary>A subscription and who holds it.</summary>
internal sealed class ModelSubscription(string topic, string match, RouterChosenId id)
{
    public string Topic { get; } = topic;

    public string Match { get; } = match;

    public RouterChosenId Id { get; } = id;

    public List<ModelSession> Sessions { get; } = [];
}
