using System.Net;
using System.Net.Sockets;
using Broker.Hosting;

namespace Broker.Limits;

/// <summary>
/// Lets connections in as long as there is room (<see cref="ConnectionLimits"/>). One beyond the limits is let in only to be told so; where even of those there are
/// too many, it is cut. Thread-safe.
/// </summary>
internal sealed class Admission(RouterContext context)
{
    /// <summary>How many connections may wait at the same time to be told that there is no room.</summary>
    private const int MostTurnedAway = 64;

    private readonly CountTable<IPAddress> _perAddress = new();
    private readonly TokenBucket _arrivals = new(context.Time);
    private int _count;
    private int _turnedAway;

    /// <summary>How many connections there are that were let in.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether any of them counts for an address.</summary>
    public bool CountsAddresses => !_perAddress.IsEmpty;

    /// <summary>How many connections wait to be told that there is no room.</summary>
    public int TurnedAway => Volatile.Read(ref _turnedAway);

    /// <summary>A connection has come.</summary>
    /// <param name="address">The address that it counts for; null: for none, as local ones and those of trusted proxies, whose clients are counted instead.</param>
    /// <returns>Its place, to be disposed when it ends; null: cut it.</returns>
    public Admittance? Enter(IPAddress? address)
    {
        var limits = context.Options.ConnectionLimits;
        var key = Key(address);
        var refusal = Interlocked.Increment(ref _count) > limits.Total && limits.Total > 0 ? ConnectionRefusal.Total
            : key is not null && _perAddress.Add(key) > limits.PerAddress && limits.PerAddress > 0 ? ConnectionRefusal.PerAddress
            : limits.PerSecond > 0 && !_arrivals.TryTake(limits.PerSecond) ? ConnectionRefusal.Rate
            : ConnectionRefusal.None;
        if (refusal == ConnectionRefusal.None)
        {
            return new Admittance(this, key, refusal);
        }

        context.Metrics.ConnectionRefused(refusal);
        Release(refusal == ConnectionRefusal.Total ? null : key);
        if (Interlocked.Increment(ref _turnedAway) > MostTurnedAway)
        {
            Interlocked.Decrement(ref _turnedAway);
            return null;
        }

        return new Admittance(this, key, refusal);
    }

    /// <summary>
    /// A WebSocket has come over a connection that is inside, and may carry several (HTTP/2): the first takes the connection's own place, each other one needs its own.
    /// </summary>
    /// <param name="connection">The place of the connection.</param>
    /// <param name="client">The address that it counts for, which a trusted proxy may tell; null: for none.</param>
    /// <returns>Its place, to be disposed when it ends; null: cut it.</returns>
    public Admittance? Enter(Admittance connection, IPAddress? client) => connection.TryLend(client) ?? Enter(client);

    /// <summary>Counts a connection for another address, if there is room for it.</summary>
    internal bool TryExchange(IPAddress? before, IPAddress? after)
    {
        var limit = context.Options.ConnectionLimits.PerAddress;
        if (after is not null && _perAddress.Add(after) > limit && limit > 0)
        {
            _perAddress.Remove(after);
            context.Metrics.ConnectionRefused(ConnectionRefusal.PerAddress);
            return false;
        }

        Forget(before);
        return true;
    }

    /// <summary>Counts a connection for another address, room or not.</summary>
    internal void Exchange(IPAddress? before, IPAddress? after)
    {
        if (after is not null)
        {
            _perAddress.Add(after);
        }

        Forget(before);
    }

    /// <summary>A connection has ended.</summary>
    internal void Leave(ConnectionRefusal refusal, IPAddress? key)
    {
        if (refusal == ConnectionRefusal.None)
        {
            Release(key);
        }
        else
        {
            Interlocked.Decrement(ref _turnedAway);
        }
    }

    private void Release(IPAddress? key)
    {
        Interlocked.Decrement(ref _count);
        Forget(key);
    }

    private void Forget(IPAddress? key)
    {
        if (key is not null)
        {
            _perAddress.Remove(key);
        }
    }

    /// <summary>What counts as one address: whoever has one IPv6 address usually has the 2^64 around it.</summary>
    public static IPAddress? Key(IPAddress? address)
    {
        if (address is null || address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }
}
