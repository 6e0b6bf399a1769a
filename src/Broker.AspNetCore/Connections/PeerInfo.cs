using System.Net;
using Broker.Authentication;

namespace Broker.Connections;

/// <summary>What is known of a peer before it says anything.</summary>
/// <param name="ConnectionId">The server's name for the connection, for logs.</param>
/// <param name="Address">Where the peer is, for logs.</param>
/// <param name="Transport">What authenticators may know of it.</param>
/// <param name="Abort">Cuts the connection, for a peer that does not take what is to be sent.</param>
/// <param name="Closed">Canceled when the connection is closed, even if what came before has not been read.</param>
internal sealed record PeerInfo(string ConnectionId, string Address, TransportInfo Transport, Action Abort, CancellationToken Closed)
{
    private static long _lastId;

    /// <summary>
    /// The address that the connection counts for in <see cref="Limits.ConnectionLimits.PerAddress"/>; null: none. That of a trusted proxy
    /// is not, even where the proxy does not tell whom it speaks for.
    /// </summary>
    public IPAddress? CountedAddress { get; init; }

    /// <summary>A number that no other connection of this process has.</summary>
    public long Id { get; } = Interlocked.Increment(ref _lastId);
}
