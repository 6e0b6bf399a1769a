using Broker.Options;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>A procedure that a session registered.</summary>
internal sealed class Registration(long id, byte[] uri, Session callee)
{
    /// <summary>The registration id.</summary>
    public long Id { get; } = id;

    /// <summary>The procedure in UTF-8.</summary>
    public byte[] Uri { get; } = uri;

    /// <summary>When it was registered.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>How <see cref="Uri"/> matches procedures.</summary>
    public MatchPolicy Match { get; init; }

    /// <summary>Which callee gets a call.</summary>
    public InvocationPolicy Invoke { get; init; }

    /// <summary>Who registered it.</summary>
    public Session Callee { get; } = callee;

    /// <summary>
    /// True from REGISTERED to UNREGISTERED, and changed in the section that queues them: an INVOCATION is queued only while this is true (ORD-06, REG-05).
    /// Guarded by the callee's gate.
    /// </summary>
    public bool IsActive { get; set; }
}
