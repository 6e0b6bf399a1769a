namespace Broker.Limits;

/// <summary>
/// Counts the sessions of each authid in each realm, also while that is not limited: a limit that comes with a reload counts those that are open.
/// Thread-safe.
/// </summary>
internal sealed class AuthIdCounts
{
    private readonly CountTable<(string Realm, string AuthId)> _counts = new();

    /// <summary>One more session of an authid.</summary>
    /// <param name="realm">The realm.</param>
    /// <param name="authId">The authid.</param>
    /// <param name="limit">How many there may be; 0: any number.</param>
    /// <returns>False when there are as many as there may be; then nothing is to be given back.</returns>
    public bool TryEnter(string realm, string authId, int limit)
    {
        if (_counts.Add((realm, authId)) <= limit || limit == 0)
        {
            return true;
        }

        Leave(realm, authId);
        return false;
    }

    /// <summary>One less.</summary>
    public void Leave(string realm, string authId) => _counts.Remove((realm, authId));
}
