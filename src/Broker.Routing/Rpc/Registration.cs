using Broker.Options;
using Broker.Patterns;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>A procedure or pattern that sessions registered. Those that share it (WAMP specification, "Shared Registration") share its id (SHR-04).</summary>
internal sealed class Registration(long id, byte[] uri, MatchPolicy match, InvocationPolicy invoke) : IPatternEntry
{
    private CalleeList _callees = CalleeList.Empty;

    /// <summary>The registration id.</summary>
    public long Id { get; } = id;

    /// <summary>The procedure or pattern in UTF-8.</summary>
    public byte[] Uri { get; } = uri;

    /// <summary>When it was registered.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>How <see cref="Uri"/> matches procedures.</summary>
    public MatchPolicy Match { get; } = match;

    /// <summary>Which callee gets a call.</summary>
    public InvocationPolicy Invoke { get; } = invoke;

    /// <summary>Who answers. Read without a lock, replaced as a whole with the dealer's lock held.</summary>
    public CalleeList Callees
    {
        get => Volatile.Read(ref _callees);
        set => Volatile.Write(ref _callees, value);
    }
}
