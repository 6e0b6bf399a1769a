using System.Net;

namespace Broker.Limits;

/// <summary>
/// The place of one connection, or of one WebSocket of several that share a connection (HTTP/2). One beyond the limits has a place, too, for as long as it takes to be told so.
/// Thread-safe.
/// </summary>
internal sealed class Admittance : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Admission _admission;
    private readonly IPAddress? _own;
    private readonly Admittance? _lender;
    private IPAddress? _counted;
    private bool _isLent;
    private bool _isDisposed;

    /// <param name="admission">Who counts.</param>
    /// <param name="address">What its address counts as, and has been counted as; null: as none.</param>
    /// <param name="refusal">Why the connection has to go.</param>
    public Admittance(Admission admission, IPAddress? address, ConnectionRefusal refusal)
    {
        _admission = admission;
        _own = _counted = address;
        Refusal = refusal;
    }

    private Admittance(Admittance lender, ConnectionRefusal refusal)
    {
        _admission = lender._admission;
        _lender = lender;
        Refusal = refusal;
    }

    /// <summary>Why the connection has to go, or <see cref="ConnectionRefusal.None"/>.</summary>
    public ConnectionRefusal Refusal { get; }

    /// <summary>Counts it for a client, of whom a trusted proxy may have told, instead of what it counted for before.</summary>
    /// <param name="client">The client's address; null: it counts for none.</param>
    /// <returns>Whether there is room; without, it goes on counting for what it did.</returns>
    public ConnectionRefusal Recount(IPAddress? client)
    {
        var key = Admission.Key(client);
        lock (_lock)
        {
            if (Equals(key, _counted))
            {
                return ConnectionRefusal.None;
            }

            if (!_admission.TryExchange(_counted, key))
            {
                return ConnectionRefusal.PerAddress;
            }

            _counted = key;
            return ConnectionRefusal.None;
        }
    }

    /// <summary>Lends it to a WebSocket that comes over the connection, and counts it for the client of that meanwhile.</summary>
    /// <param name="client">The client's address; null: it counts for none.</param>
    /// <returns>What gives it back when it is disposed; null when another WebSocket has it.</returns>
    public Admittance? TryLend(IPAddress? client)
    {
        lock (_lock)
        {
            if (_isLent || _isDisposed)
            {
                return null;
            }

            var refusal = Refusal == ConnectionRefusal.None ? Recount(client) : Refusal;
            _isLent = true;
            return new Admittance(this, refusal);
        }
    }

    /// <summary>The connection has ended, or what it was lent to.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
        }

        if (_lender is not null)
        {
            _lender.TakeBack();
        }
        else
        {
            _admission.Leave(Refusal, _counted); // nobody changes it any more
        }
    }

    private void TakeBack()
    {
        lock (_lock)
        {
            _isLent = false;
            if (!_isDisposed && !Equals(_own, _counted))
            {
                _admission.Exchange(_counted, _own);
                _counted = _own;
            }
        }
    }
}
