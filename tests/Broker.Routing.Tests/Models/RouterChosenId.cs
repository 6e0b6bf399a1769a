namespace Broker.Models;

/// <summary>
/// An id that is the router's choice: open until a message shows it, the same from then on. Two of one scope are never the same.
/// </summary>
/// <param name="name">What it is the id of, for readers.</param>
/// <param name="taken">The ids of the scope that have been shown.</param>
internal sealed class RouterChosenId(string name, HashSet<long> taken)
{
    /// <summary>The id, if it has been shown.</summary>
    public long? Value { get; private set; }

    /// <summary>Whether a message may show this id here.</summary>
    public bool Admits(long id) => Value is { } shown ? shown == id : id is >= 1 and <= 1L << 53 && !taken.Contains(id);

    /// <summary>From now on it is this one, to which <see cref="Admits"/> said yes.</summary>
    public void Settle(long id)
    {
        Value = id;
        taken.Add(id);
    }

    public override string ToString() => Value is { } id ? $"{id}" : $"<{name}>";
}
