using System.Text;
using Broker.Rpc;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Meta;

/// <summary><c>wamp.registration.*</c> (WAMP specification, "Registration Meta API"). The router's own procedures are no registrations (RME-07).</summary>
internal sealed class RegistrationProcedures(DealerRole dealer, RemovalArguments removal)
{
    public void AddTo(MetaProcedures procedures)
    {
        procedures.Add("wamp.registration.list", List);
        procedures.Add("wamp.registration.lookup", Lookup);
        procedures.Add("wamp.registration.match", Match);
        procedures.Add("wamp.registration.get", Get);
        procedures.Add("wamp.registration.list_callees", ListCallees);
        procedures.Add("wamp.registration.count_callees", CountCallees);
        procedures.Add("wamp.registration.remove_callee", RemoveCallee);
    }

    private void List(scoped in MetaCall call)
    {
        if (call.Arguments.Count == 0)
        {
            call.Return(dealer.ListRegistrations());
        }
        else
        {
            call.RefuseArguments("no arguments");
        }
    }

    private void Lookup(scoped in MetaCall call)
    {
        if (LookupArguments.TryRead(call, out var uri, out var match))
        {
            call.Return(new IdOrNull(dealer.FindRegistration(uri, match)?.Id));
        }
    }

    /// <summary><c>match(procedure)</c>: the registration that would answer a call; null when there is none (RME-05).</summary>
    private void Match(scoped in MetaCall call)
    {
        if (call.Arguments is { Count: 1 } && call.Arguments[0].Text is { } procedure)
        {
            call.Return(new IdOrNull(dealer.MatchRegistration(Encoding.UTF8.GetBytes(procedure))?.Id));
        }
        else
        {
            call.RefuseArguments("a procedure");
        }
    }

    private void Get(scoped in MetaCall call)
    {
        if (TryFind(call, out var registration))
        {
            call.Return(new RegistrationDetails(registration));
        }
    }

    private void ListCallees(scoped in MetaCall call)
    {
        if (TryFind(call, out var registration))
        {
            call.Return(new IdList(DealerRole.CalleesOf(registration)));
        }
    }

    private void CountCallees(scoped in MetaCall call)
    {
        if (TryFind(call, out var registration))
        {
            call.Return(new IntegerValue(registration.Callees.All.Length));
        }
    }

    /// <summary><c>remove_callee(registration, session; reason)</c> (RME-10): revokes the registration (RVK-01).</summary>
    private void RemoveCallee(scoped in MetaCall call)
    {
        if (!removal.TryRead(call, out var id, out var session, out var reason))
        {
            return;
        }

        if (dealer.Revoke(id, session, reason))
        {
            call.Return();
        }
        else
        {
            call.Fail(ErrorUris.NoSuchRegistration, $"Session {session.Id} has no registration {id}.");
        }
    }

    private bool TryFind(scoped in MetaCall call, out Registration registration)
    {
        registration = null!;
        if (call.Arguments.Count != 1 || call.Arguments[0].Integer is not { } id)
        {
            call.RefuseArguments("a registration id");
            return false;
        }

        if (dealer.FindRegistration(id) is { } found)
        {
            registration = found;
            return true;
        }

        call.Fail(ErrorUris.NoSuchRegistration, $"There is no registration {id}.");
        return false;
    }
}
