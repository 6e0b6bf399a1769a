using System.Collections.Concurrent;

namespace Broker.Limits;

/// <summary>Counts the sessions of each authid in each realm, as long as that is limited. Thread-safe.</summary>
internal sealed class AuthIdCounts
{
    private readonly ConcurrentDictionary<(string Realm, string AuthId), int> _counts = new();

    /// <summary>One more session of an authid.</summary>
    /// <returns>False when there are as many as there may be; then nothing is to be given back.</returns>
    public bool TryEnter(string realm, string authId, int limit)
    {
        if (_counts.AddOrUpdate((realm, authId), 1, static (_, count) => count + 1) <= limit)
        {
            return true;
        }

        Leave(realm, authId);
        return false;
    }

    /// <summary>One less.</summary>
    public void Leave(string realm, string authId)
    {
        var key = (realm, authId);
        while (_counts.TryGetValue(key, out var count))
        {
            if (count > 1 ? _counts.TryUpdate(key, count - 1, count) : _counts.TryRemove(new(key, count)))
            {
                return;
            }
        }
    }
}
