using Broker.Uris;

namespace Broker.Authorization;

/// <summary>
/// The router's procedures by which a session ends others, takes from them what they hold, or has decisions forgotten. A rule allows to
/// call them only if it names them: its URI begins with <c>wamp.</c> or <c>_broker.</c>. So a rule for everything, which is how one writes
/// a default, does not give them away. Where a realm names no roles, only <see cref="Realms.RealmOptions.AllowMetaKill"/> does.
/// </summary>
internal static class Interventions
{
    private static readonly byte[][] Procedures =
    [
        "wamp.session.kill"u8.ToArray(),
        "wamp.session.kill_by_authid"u8.ToArray(),
        "wamp.session.kill_by_authrole"u8.ToArray(),
        "wamp.session.kill_all"u8.ToArray(),
        "wamp.registration.remove_callee"u8.ToArray(),
        "wamp.subscription.remove_subscriber"u8.ToArray(),
        "_broker.authorizer.forget_decisions"u8.ToArray(),
    ];

    /// <summary>Whether a procedure is one of them.</summary>
    public static bool Include(ReadOnlySpan<byte> uri)
    {
        foreach (var procedure in Procedures)
        {
            if (uri.SequenceEqual(procedure))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// What is to be said of each of them by a rule of its own, so that looking up a URI stays what it is: nothing where a rule that names it
    /// decides, or one that denies it.
    /// </summary>
    /// <param name="rules">The rules of a role, the one that decides first.</param>
    public static IEnumerable<(byte[] Uri, Grants Grants)> Withheld(IReadOnlyList<(byte[] Uri, MatchPolicy Match, Grants Grants)> rules)
    {
        foreach (var procedure in Procedures)
        {
            var matching = rules.Where(rule => UriPattern.Matches(rule.Uri, rule.Match, procedure)).ToList();
            if (matching is [var first, ..] && Allows(first.Grants) && !Allows(matching.Find(rule => Names(rule.Uri)).Grants))
            {
                yield return (procedure, first.Grants & ~Grants.Call);
            }
        }
    }

    private static bool Allows(Grants grants) => (grants & Grants.Call) != Grants.None;

    private static bool Names(ReadOnlySpan<byte> uri) => uri.StartsWith("wamp."u8) || uri.StartsWith("_broker."u8);
}
