namespace Broker.Authentication.Tokens;

/// <summary>
/// A key set that lies elsewhere: read when it is first needed, again from time to time, and when a token names a key that is not in it.
/// One that cannot be read again counts for a while; after that, and before it was ever read, there are no keys. Thread-safe.
/// </summary>
/// <param name="read">Reads it; its token is canceled when that takes too long.</param>
/// <param name="refresh">After how long it is read again.</param>
/// <param name="keep">For how long it counts when it cannot be read again.</param>
/// <param name="time">The clock.</param>
internal sealed class KeySet(Func<CancellationToken, Task<string>> read, TimeSpan refresh, TimeSpan keep, TimeProvider time)
{
    /// <summary>Between two readings at the least, whatever tokens name: they are in the hands of others.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(4);

    private readonly Lock _lock = new();
    private IReadOnlyList<TokenKey> _keys = [];
    private DateTimeOffset _readAt = DateTimeOffset.MinValue;
    private DateTimeOffset _triedAt = DateTimeOffset.MinValue;
    private Task? _reading;
    private Exception? _failure;

    /// <summary>The keys that fit.</summary>
    /// <param name="fits">Which are wanted.</param>
    /// <param name="cancellationToken">Gives up waiting; the reading goes on for others.</param>
    /// <exception cref="InvalidOperationException">There are no keys to judge by.</exception>
    public async ValueTask<IReadOnlyList<TokenKey>> FindAsync(Func<TokenKey, bool> fits, CancellationToken cancellationToken)
    {
        var (found, reading) = Look(fits);
        if (reading is not null && found.Count == 0)
        {
            await reading.WaitAsync(cancellationToken).ConfigureAwait(false);
            (found, _) = Look(fits);
        }

        lock (_lock)
        {
            return time.GetUtcNow() - _readAt <= keep
                ? found
                : throw new InvalidOperationException(
                    "The key set of tokens cannot be read, so that tokens cannot be checked: see whether it is where it should be.",
                    _failure);
        }
    }

    /// <summary>What fits of what is there, and the reading that is under way, if it has to be.</summary>
    private (IReadOnlyList<TokenKey> Found, Task? Reading) Look(Func<TokenKey, bool> fits)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            IReadOnlyList<TokenKey> found = now - _readAt <= keep ? [.. _keys.Where(fits)] : [];
            if (_reading is null && now - _triedAt >= Pause && (found.Count == 0 || now - _readAt >= refresh))
            {
                _triedAt = now;
                _reading = ReadAsync();
            }

            return (found, _reading);
        }
    }

    private async Task ReadAsync()
    {
        await Task.Yield(); // the lock is held
        try
        {
            using var limit = new CancellationTokenSource(TimeLimit, time);
            var keys = TokenKey.Set(await read(limit.Token).ConfigureAwait(false));
            lock (_lock)
            {
                (_keys, _readAt, _failure) = (keys, time.GetUtcNow(), null);
            }
        }
        catch (Exception exception)
        {
            lock (_lock)
            {
                _failure = exception; // told to who asks once the keys no longer count
            }
        }
        finally
        {
            lock (_lock)
            {
                _reading = null;
            }
        }
    }
}
