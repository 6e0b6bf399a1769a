using System.Text;
using Broker.Realms;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Meta;

/// <summary><c>wamp.session.count</c>, <c>list</c>, <c>get</c> and <c>kill*</c> (WAMP specification, "Session Meta API").</summary>
internal sealed class SessionProcedures(Realm realm)
{
    private delegate bool Matches(Session session);

    public void AddTo(MetaProcedures procedures)
    {
        procedures.Add("wamp.session.count", Count);
        procedures.Add("wamp.session.list", List);
        procedures.Add("wamp.session.get", Get);
        procedures.Add("wamp.session.kill", Kill);
        procedures.Add("wamp.session.kill_by_authid", KillByAuthId);
        procedures.Add("wamp.session.kill_by_authrole", KillByAuthRole);
        procedures.Add("wamp.session.kill_all", KillAll);
    }

    /// <summary><c>count([filter_authroles])</c> (SME-05): an empty filter matches nobody.</summary>
    private void Count(scoped in MetaCall call)
    {
        if (!TryGetRoles(call, out var roles))
        {
            return;
        }

        call.Return(new IntegerValue(roles is null ? realm.SessionCount : realm.CountSessions(roles)));
    }

    /// <summary><c>list([filter_authroles])</c>.</summary>
    private void List(scoped in MetaCall call)
    {
        if (!TryGetRoles(call, out var roles))
        {
            return;
        }

        var sessions = roles is null ? realm.Sessions : realm.Sessions.Where(session => roles.Contains(session.Identity.AuthRole));
        call.Return(new IdList([.. sessions.Select(session => session.Id)]));
    }

    /// <summary><c>get(session)</c>.</summary>
    private void Get(scoped in MetaCall call)
    {
        if (call.Arguments is not { Count: 1 } || call.Arguments[0].Integer is not { } id)
        {
            call.RefuseArguments("a session id");
        }
        else if (realm.FindSession(id) is { } session)
        {
            call.Return(new SessionDetails(session));
        }
        else
        {
            call.Fail(ErrorUris.NoSuchSession, $"There is no session {id}.");
        }
    }

    /// <summary><c>kill(session; reason, message)</c> (SME-10).</summary>
    private void Kill(scoped in MetaCall call)
    {
        if (call.Arguments.Count != 1 || call.Arguments[0].Integer is not { } id)
        {
            call.RefuseArguments("a session id");
            return;
        }

        if (!TryGetFarewell(call, out var reason, out var text))
        {
            return;
        }

        if (id != call.Caller.Id && realm.FindSession(id) is { } session && realm.TryKill(session, reason, text, isQuiet: false))
        {
            call.Return();
        }
        else
        {
            call.Fail(ErrorUris.NoSuchSession, $"There is no session {id}, or it is the caller's own.");
        }
    }

    /// <summary><c>kill_by_authid(authid; reason, message)</c> gives the ids of the sessions killed (SME-12).</summary>
    private void KillByAuthId(scoped in MetaCall call)
    {
        if (TryGetName(call, "an authid", out var authId) && TryGetFarewell(call, out var reason, out var text))
        {
            call.Return(new IdList(
                KillMany(call.Caller, session => string.Equals(session.Identity.AuthId, authId, StringComparison.Ordinal), reason, text, isQuiet: false)));
        }
    }

    /// <summary><c>kill_by_authrole(authrole; reason, message)</c> gives how many sessions were killed (SME-12).</summary>
    private void KillByAuthRole(scoped in MetaCall call)
    {
        if (TryGetName(call, "an authrole", out var role) && TryGetFarewell(call, out var reason, out var text))
        {
            var killed = KillMany(
                call.Caller, session => string.Equals(session.Identity.AuthRole, role, StringComparison.Ordinal), reason, text, isQuiet: false);
            call.Return(new IntegerValue(killed.Count));
        }
    }

    /// <summary><c>kill_all(; reason, message)</c> (SME-13): without <c>on_leave</c> and testaments.</summary>
    private void KillAll(scoped in MetaCall call)
    {
        if (call.Arguments.Count != 0)
        {
            call.RefuseArguments("no positional arguments");
        }
        else if (TryGetFarewell(call, out var reason, out var text))
        {
            call.Return(new IntegerValue(KillMany(call.Caller, static _ => true, reason, text, isQuiet: true).Count));
        }
    }

    /// <summary>Kills all sessions that match but the caller's own (SME-11).</summary>
    private List<long> KillMany(Session caller, Matches matches, string reason, string? text, bool isQuiet)
    {
        var killed = new List<long>();
        foreach (var session in realm.Sessions)
        {
            if (session != caller && matches(session) && realm.TryKill(session, reason, text, isQuiet))
            {
                killed.Add(session.Id);
            }
        }

        return killed;
    }

    private static bool TryGetName(scoped in MetaCall call, string signature, out string name)
    {
        name = call.Arguments[0].Text ?? "";
        if (call.Arguments.Count == 1 && call.Arguments[0].Type == TokenType.String)
        {
            return true;
        }

        call.RefuseArguments(signature);
        return false;
    }

    private static bool TryGetRoles(scoped in MetaCall call, out HashSet<string>? roles)
    {
        roles = null;
        var filter = call.Arguments[0];
        if (call.Arguments.Count <= 1 && (filter.IsAbsent || call.Arguments.TryGetTexts(filter, out roles)))
        {
            return true;
        }

        call.RefuseArguments("a list of authroles, or nothing");
        return false;
    }

    /// <summary>What the sessions killed are told.</summary>
    private bool TryGetFarewell(scoped in MetaCall call, out string reason, out string? text)
    {
        var (reasonArgument, textArgument) = (call.Arguments["reason"], call.Arguments["message"]);
        reason = reasonArgument.Text ?? CloseUris.Killed;
        text = textArgument.Text;
        if ((!reasonArgument.IsAbsent && reasonArgument.Text is null) || (!textArgument.IsAbsent && text is null))
        {
            call.RefuseArguments("reason and message as strings");
            return false;
        }

        if (!realm.Options.UriRules.IsValid(Encoding.UTF8.GetBytes(reason)))
        {
            call.Fail(ErrorUris.InvalidUri, "The reason is not a valid URI.");
            return false;
        }

        return true;
    }
}
