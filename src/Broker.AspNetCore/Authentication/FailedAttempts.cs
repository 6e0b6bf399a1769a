using Broker.Limits;

namespace Broker.Authentication;

/// <summary>
/// Counts attempts to authenticate that failed, by address and authid, in memory of a fixed size whoever tries: a count-min sketch, which
/// never counts too little, and too much only for somebody who shares all of several counters with others. Starts anew after each window.
/// Thread-safe.
/// </summary>
internal sealed class FailedAttempts(TimeProvider time)
{
    private const int Rows = 4;
    private const int Columns = 1 << 16;

    private readonly Lock _lock = new();
    private int[]? _counts; // null: nothing has failed yet
    private long _windowStart;

    private enum Key
    {
        Address,
        AddressAndAuthId,
        AuthId,
    }

    /// <summary>Whether so many have failed that the next is not to be looked at.</summary>
    public bool AreTooMany(AttemptLimits limits, AuthenticationRequest request)
    {
        lock (_lock)
        {
            if (_counts is null)
            {
                return false;
            }

            ForgetOld(limits);
            return KeysOf(limits, request).Any(key => CountOf(key.Hash) >= key.Limit);
        }
    }

    /// <summary>One more has failed.</summary>
    public void Add(AttemptLimits limits, AuthenticationRequest request)
    {
        lock (_lock)
        {
            if (_counts is null)
            {
                _counts = new int[Rows * Columns];
                _windowStart = time.GetTimestamp();
            }

            ForgetOld(limits);
            foreach (var (_, hash) in KeysOf(limits, request))
            {
                for (var row = 0; row < Rows; row++)
                {
                    _counts[Cell(hash, row)]++;
                }
            }
        }
    }

    // The hash is seeded for each process: nobody outside can choose whose counters to share.
    private static IEnumerable<(int Limit, int Hash)> KeysOf(AttemptLimits limits, AuthenticationRequest request)
    {
        var address = Admission.Key(request.Transport.RemoteAddress);
        if (limits.PerAddress > 0 && !request.Transport.IsLocal)
        {
            yield return (limits.PerAddress, HashCode.Combine(Key.Address, address));
        }

        if (limits.PerAddressAndAuthId > 0)
        {
            yield return (limits.PerAddressAndAuthId, HashCode.Combine(Key.AddressAndAuthId, address, request.Realm, request.AuthId));
        }

        if (limits.PerAuthId > 0 && request.AuthId is not null)
        {
            yield return (limits.PerAuthId, HashCode.Combine(Key.AuthId, request.Realm, request.AuthId));
        }
    }

    private static int Cell(int hash, int row) => (row * Columns) + (HashCode.Combine(hash, row) & (Columns - 1));

    private int CountOf(int hash)
    {
        var least = int.MaxValue;
        for (var row = 0; row < Rows; row++)
        {
            least = Math.Min(least, _counts![Cell(hash, row)]);
        }

        return least;
    }

    private void ForgetOld(AttemptLimits limits)
    {
        if (time.GetElapsedTime(_windowStart) >= limits.Window)
        {
            Array.Clear(_counts!);
            _windowStart = time.GetTimestamp();
        }
    }
}
