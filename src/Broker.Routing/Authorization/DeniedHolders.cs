using Broker.Sessions;
using Broker.Uris;

namespace Broker.Authorization;

/// <summary>
/// Who must not hold a subscription or registration any more. Asks each set of rules once, however many sessions have it.
/// </summary>
internal readonly struct DeniedHolders(RealmAction action, byte[] uri, MatchPolicy match)
{
    private readonly Dictionary<PermissionSet, bool> _verdicts = [];

    /// <summary>Whether the rules of a session deny it. What an authorizer would have to be asked about is not denied.</summary>
    public bool Holds(Session session)
    {
        if (session.Permissions is not { } permissions)
        {
            return false;
        }

        if (!_verdicts.TryGetValue(permissions, out var isDenied))
        {
            isDenied = permissions.Covers(action, uri, match) == DecisionOutcome.Denied;
            _verdicts.Add(permissions, isDenied);
        }

        return isDenied;
    }
}
