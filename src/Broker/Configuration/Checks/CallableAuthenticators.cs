using Broker.Authorization;
using Broker.Configuration.Keys;
using Broker.Hosting;

namespace Broker.Configuration.Checks;

/// <summary>
/// Finds roles that may call a procedure that says who users are: it tells whoever asks, and may tell secrets. The router needs no permission to ask it.
/// </summary>
/// <param name="report">Takes the key and what is to be thought about.</param>
internal sealed class CallableAuthenticators(Action<KeyPath, string> report)
{
    /// <summary>Looks at all realms of a configuration without faults.</summary>
    public void Check(BrokerConfiguration configuration)
    {
        var options = new WampRouterOptions();
        OptionsMap.ApplyRealms(configuration, options);
        foreach (var (index, section) in configuration.Realms.Index())
        {
            var realm = options.Realms[section.Name];
            foreach (var (number, role) in (realm.Roles ?? []).Index())
            {
                foreach (var uri in realm.DecidingProcedures.Where(uri => role.Decide(RealmAction.Call, uri) == DecisionOutcome.Allowed))
                {
                    report(
                        KeyPath.Root["realms"][index]["roles"][number],
                        $"{role.Name} may call {uri}, which tells the secrets of users: deny that by a rule for this URI.");
                }
            }
        }
    }
}
