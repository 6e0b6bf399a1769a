namespace Broker.Models;

/// <summary>A registration and its callees, in the order in which they registered.</summary>
internal sealed class ModelRegistration(string procedure, string match, string invoke, RouterChosenId id)
{
    public string Procedure { get; } = procedure;

    public string Match { get; } = match;

    public string Invoke { get; } = invoke;

    public RouterChosenId Id { get; } = id;

    public List<ModelCallee> Callees { get; } = [];

    /// <summary>The calls that wait for a callee with room, oldest first.</summary>
    public List<ModelCall> Waiting { get; } = [];

    /// <summary>Whose turn it is; of <c>roundrobin</c> only.</summary>
    public int Turn { get; private set; }

    /// <summary>Who gets a call (SHR-05), as if there were nobody but those who can; null when nobody can.</summary>
    public ModelCallee? Choose(string invoke, Func<ModelCallee, bool> can, Func<IReadOnlyList<ModelCallee>, ModelCallee> atRandom)
    {
        var left = Callees.Where(can).ToList();
        if (left.Count == 0)
        {
            return null;
        }

        var chosen = invoke switch
        {
            "last" => left[^1],
            "random" => atRandom(left),
            "roundrobin" => Callees.Skip(Turn).Concat(Callees).First(left.Contains),
            _ => left[0],
        };
        Turn = (Callees.IndexOf(chosen) + 1) % Callees.Count;
        return chosen;
    }

    /// <summary>Takes a callee out; the next one's turn stays its (SHR-08).</summary>
    public void Remove(ModelCallee callee)
    {
        var at = Callees.IndexOf(callee);
        Callees.RemoveAt(at);
        Turn = Callees.Count == 0 ? 0 : (at < Turn ? Turn - 1 : Turn) % Callees.Count;
    }
}
