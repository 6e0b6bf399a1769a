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

    /// <summary>How many connections wait to be told that there is no room.</summary>
    public int TurnedAway => Volatile.Read(ref _turnedAway);

    /// <summary>A connection has come.</summary>
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

    /// <summary>Counts a connection for the client that a trusted proxy has told of, instead of for the proxy.</summary>
    public ConnectionRefusal Recount(Admittance place, IPAddress? address)
    {
        var key = Key(address);
        if (key is null || key.Equals(place.Address))
        {
            return ConnectionRefusal.None;
        }

        if (place.Address is { } before)
        {
            _perAddress.Remove(before);
        }

        place.Address = key;
        var limit = context.Options.ConnectionLimits.PerAddress;
        if (_perAddress.Add(key) <= limit || limit == 0)
        {
            return ConnectionRefusal.None;
        }

        context.Metrics.ConnectionRefused(ConnectionRefusal.PerAddress);
        return ConnectionRefusal.PerAddress;
    }

    private void Leave(Admittance admittance)
    {
        if (admittance.Refusal == ConnectionRefusal.None)
        {
            Release(admittance.Address);
        }
        else
        {
            Interlocked.Decrement(ref _turnedAway);
        }
    }

    private void Release(IPAddress? key)
    {
        Interlocked.Decrement(ref _count);
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

    /// <summary>The place of one connection.</summary>
    internal sealed class Admittance(Admission admission, IPAddress? address, ConnectionRefusal refusal) : IDisposable
    {
        private int _isDisposed;

        /// <summary>Why the connection has to go, or <see cref="ConnectionRefusal.None"/>.</summary>
        public ConnectionRefusal Refusal { get; } = refusal;

        /// <summary>What its address counts as.</summary>
        public IPAddress? Address { get; set; } = address;

        /// <summary>The connection has ended.</summary>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            {
                admission.Leave(this);
            }
        }
    }
}
