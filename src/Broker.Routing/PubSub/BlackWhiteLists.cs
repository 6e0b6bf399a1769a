using Broker.Options;
using Broker.Sessions;

namespace Broker.PubSub;

/// <summary>
/// The lists by which a publisher restricts who gets an event (WAMP specification, "Subscriber Black- and Whitelisting"): a receiver must be in each
/// <c>eligible</c> list that is there, even an empty one (BWL-03), and in no <c>exclude</c> list. Immutable.
/// </summary>
internal sealed class BlackWhiteLists
{
    private const int Few = 16;
    private readonly PublishLists _lists;
    private readonly Listed<long> _exclude;
    private readonly Listed<string> _excludeAuthId;
    private readonly Listed<string> _excludeAuthRole;
    private readonly Listed<long> _eligible;
    private readonly Listed<string> _eligibleAuthId;
    private readonly Listed<string> _eligibleAuthRole;

    private BlackWhiteLists(PublishLists lists)
    {
        _lists = lists;
        _exclude = new(lists.Exclude);
        _excludeAuthId = new(lists.ExcludeAuthId);
        _excludeAuthRole = new(lists.ExcludeAuthRole);
        _eligible = new(lists.Eligible);
        _eligibleAuthId = new(lists.EligibleAuthId);
        _eligibleAuthRole = new(lists.EligibleAuthRole);
    }

    /// <summary>Whether sessions are listed by their id. Such a publication goes to nobody but the sessions of its moment (HIS-13).</summary>
    public bool ListsSessions => _exclude.IsThere || _eligible.IsThere;

    /// <summary>About how many bytes the lists hold.</summary>
    public int Size => _lists.Size;

    /// <summary>The lists of a PUBLISH, or null if it has none.</summary>
    public static BlackWhiteLists? Of(in PublishOptions options) => options.Lists is { } lists ? new BlackWhiteLists(lists) : null;

    /// <summary>Whether a session may get the event.</summary>
    public bool Admit(Session session) => Admit(session.Id) && Admit(session.Identity);

    /// <summary>Whether somebody of this identity may get the event, as far as authid and authrole tell.</summary>
    public bool Admit(SessionIdentity identity) =>
        !_excludeAuthId.Contains(identity.AuthId)
        && !_excludeAuthRole.Contains(identity.AuthRole)
        && (!_eligibleAuthId.IsThere || _eligibleAuthId.Contains(identity.AuthId))
        && (!_eligibleAuthRole.IsThere || _eligibleAuthRole.Contains(identity.AuthRole));

    private bool Admit(long sessionId) => !_exclude.Contains(sessionId) && (!_eligible.IsThere || _eligible.Contains(sessionId));

    /// <summary>One list: searched from end to end while it is short, hashed when it is long, so that nobody makes routing slow by long lists.</summary>
    private readonly struct Listed<T>(T[]? items)
        where T : notnull
    {
        private readonly T[]? _items = items;
        private readonly HashSet<T>? _set = items is { Length: > Few } ? [.. items] : null;

        public bool IsThere => _items is not null;

        public bool Contains(T item) => _set is not null ? _set.Contains(item) : _items is not null && Array.IndexOf(_items, item) >= 0;
    }
}
