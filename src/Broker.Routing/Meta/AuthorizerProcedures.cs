using Broker.Realms;
using Broker.Uris;

namespace Broker.Meta;

/// <summary>
/// What may be done about dynamic authorizers. The specification knows none of it, so it has no place below <c>wamp</c>: names of this router's own begin with <c>_</c>.
/// </summary>
/// <param name="realm">The realm.</param>
/// <param name="forget">Forgets; null: nobody remembers anything.</param>
internal sealed class AuthorizerProcedures(Realm realm, ForgetDecisions? forget)
{
    /// <summary>Adds them.</summary>
    public void AddTo(MetaProcedures procedures) => procedures.Add("_broker.authorizer.forget_decisions", Forget);

    /// <summary>
    /// <c>forget_decisions(; authid, authrole)</c> gives how many of the realm's remembered answers that were. Whoever may call it can have the authorizers asked again and again.
    /// </summary>
    private void Forget(scoped in MetaCall call)
    {
        var (authId, authRole) = (call.Arguments["authid"], call.Arguments["authrole"]);
        if (call.Arguments.Count != 0 || (!authId.IsAbsent && authId.Text is null) || (!authRole.IsAbsent && authRole.Text is null))
        {
            call.RefuseArguments("no positional arguments, and authid and authrole as strings, if wanted");
            return;
        }

        call.Return(new IntegerValue(forget?.Invoke(realm.Name, authId.Text, authRole.Text) ?? 0));
    }
}
