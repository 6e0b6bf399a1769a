using System.Text;
using Broker.Realms;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Meta;

/// <summary>
/// The arguments of <c>remove_callee</c> and <c>remove_subscriber</c>: <c>(id, session; reason)</c>. Crossbar.io takes <c>reason</c> by position, too.
/// </summary>
internal sealed class RemovalArguments(Realm realm)
{
    /// <summary>Reads them, or answers the call by ERROR and returns false.</summary>
    public bool TryRead(scoped in MetaCall call, out long id, out Session session, out string? reason)
    {
        (id, session, reason) = (0, null!, null);
        var arguments = call.Arguments;
        var told = arguments.Count == 3 ? arguments[2] : arguments["reason"];
        if (arguments.Count is not (2 or 3)
            || arguments[0].Integer is not { } held
            || arguments[1].Integer is not { } holder
            || !(told.IsAbsent || told.Text is not null))
        {
            call.RefuseArguments("an id, the id of the session that holds it and, if wanted, a reason");
            return false;
        }

        (id, reason) = (held, told.Text);
        if (reason is not null && !realm.Options.UriRules.IsValid(Encoding.UTF8.GetBytes(reason)))
        {
            call.Fail(ErrorUris.InvalidUri, "The reason is not a valid URI.");
            return false;
        }

        if (realm.FindSession(holder) is not { } found)
        {
            call.Fail(ErrorUris.NoSuchSession, $"There is no session {holder}.");
            return false;
        }

        session = found;
        return true;
    }
}
