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
    private const int LongestName = 1024;
    private const string TooLong = "\0";

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
        var keys = KeysOf(limits, request);
        lock (_lock)
        {
            if (_counts is null)
            {
                return false;
            }

            ForgetOld(limits);
            return IsAnyReached(keys);
        }
    }

    /// <summary>One more has failed.</summary>
    /// <returns>False: too many had failed already, while this one was judged. It is not counted.</returns>
    public bool TryAdd(AttemptLimits limits, AuthenticationRequest request)
    {
        var keys = KeysOf(limits, request);
        lock (_lock)
        {
            if (_counts is null)
            {
                _counts = new int[Rows * Columns];
                _windowStart = time.GetTimestamp();
            }

            ForgetOld(limits);
            if (IsAnyReached(keys))
            {
                return false;
            }

            foreach (var (_, hash) in keys)
            {
                for (var row = 0; row < Rows; row++)
                {
                    _counts[Cell(hash, row)]++;
                }
            }

            return true;
        }
    }

    /// <summary>
    /// What counts as one name: it, however it is typed (SCR-14), for else each way of typing it could be guessed for anew. All that are longer than
    /// anybody's are one. Null: there is none, and who does not say who it is can be anybody: the failure of one must not count for all others of its
    /// address.
    /// </summary>
    private static string? NameOf(string? authId) => authId switch
    {
        null or "" => null,
        { Length: > LongestName } => TooLong,
        _ => SaslPrep.TryPrepare(authId, out var prepared, out _) ? prepared : authId,
    };

    // The hash is seeded for each process: nobody outside can choose whose counters to share.
    private static List<(int Limit, int Hash)> KeysOf(AttemptLimits limits, AuthenticationRequest request)
    {
        var keys = new List<(int Limit, int Hash)>(3);
        var address = Admission.Key(request.Transport.RemoteAddress);
        var name = NameOf(request.AuthId);
        if (limits.PerAddress > 0 && !request.Transport.IsLocal)
        {
            keys.Add((limits.PerAddress, HashCode.Combine(Key.Address, address)));
        }

        if (limits.PerAddressAndAuthId > 0 && name is not null)
        {
            keys.Add((limits.PerAddressAndAuthId, HashCode.Combine(Key.AddressAndAuthId, address, request.Realm, name)));
        }

        if (limits.PerAuthId > 0 && name is not null)
        {
            keys.Add((limits.PerAuthId, HashCode.Combine(Key.AuthId, request.Realm, name)));
        }

        return keys;
    }

    private bool IsAnyReached(List<(int Limit, int Hash)> keys) => keys.Exists(key => CountOf(key.Hash) >= key.Limit);

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
