namespace Broker.Limits;

/// <summary>Counts the sessions of each authid in each realm, as long as that is limited. Thread-safe.</summary>
internal sealed class AuthIdCounts
{
    private readonly CountTable<(string Realm, string AuthId)> _counts = new();

    /// <summary>One more session of an authid.</summary>
    /// <returns>False when there are as many as there may be; then nothing is to be given back.</returns>
    public bool TryEnter(string realm, string authId, int limit)
    {
        if (_counts.Add((realm, authId)) <= limit)
        {
            return true;
        }

        Leave(realm, authId);
        return false;
    }

    /// <summary>One less.</summary>
    public void Leave(string realm, string authId) => _counts.Remove((realm, authId));
}
