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
    private int _expired; // how often
    private int _renewed; // as of which of these times it has been read, or could not be
    private Exception? _failure;

    /// <summary>Has it read again before the next token is judged: a key may have been taken out.</summary>
    public void Expire()
    {
        lock (_lock)
        {
            _expired++;
        }
    }

    /// <summary>Reads it if it has to be. Where that fails, what was read before counts on.</summary>
    /// <param name="cancellationToken">Gives up waiting; the reading goes on for others.</param>
    public async ValueTask RenewAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task reading;
            lock (_lock)
            {
                if (_renewed == _expired)
                {
                    return;
                }

                reading = _reading ??= ReadAsync();
            }

            await reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The keys that are at hand. Where they have been read long ago, they are read again behind this.</summary>
    public IReadOnlyList<TokenKey> Look()
    {
        lock (_lock)
        {
            if (_keys.Count > 0 && time.GetUtcNow() - _readAt >= refresh)
            {
                Read();
            }

            return time.GetUtcNow() - _readAt <= keep ? _keys : [];
        }
    }

    /// <summary>Reads the set unless the key that a token names is at hand, or it was read just now.</summary>
    /// <param name="algorithm">The algorithm that the token names.</param>
    /// <param name="keyId">The key; null or empty: it names none, and those at hand that fit have not signed.</param>
    /// <param name="cancellationToken">Gives up waiting; the reading goes on for others.</param>
    /// <returns>Why there are no keys to judge by; null: there are.</returns>
    public async ValueTask<InvalidOperationException?> SeekAsync(string algorithm, string? keyId, CancellationToken cancellationToken)
    {
        Task? reading = null;
        lock (_lock)
        {
            if (!Look().Any(key => key.IsNamed(algorithm, keyId)))
            {
                Read();
                reading = _reading;
            }
        }

        if (reading is not null)
        {
            await reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        lock (_lock)
        {
            return time.GetUtcNow() - _readAt <= keep
                ? null
                : new InvalidOperationException(
                    "The key set of tokens cannot be read, so that tokens cannot be checked: see whether it is where it should be.",
                    _failure);
        }
    }

    /// <summary>Has it read, unless that is under way, or was tried just now. The lock is held.</summary>
    private void Read()
    {
        if (_reading is null && time.GetUtcNow() - _triedAt >= Pause)
        {
            _reading = ReadAsync();
        }
    }

    /// <summary>Reads it. The lock is held at the beginning.</summary>
    private async Task ReadAsync()
    {
        var asOf = _expired;
        _triedAt = time.GetUtcNow();
        await Task.Yield();
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
                (_reading, _renewed) = (null, asOf);
            }
        }
    }
}
