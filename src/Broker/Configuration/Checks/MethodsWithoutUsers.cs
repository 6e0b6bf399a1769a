using Broker.Configuration.Keys;
using Broker.Configuration.Sections;

namespace Broker.Configuration.Checks;

/// <summary>
/// Finds methods that a realm offers and by which nobody can join, and users that nothing is known of. They may wait for their first user or key, or for one
/// that somebody forgot to write down.
/// </summary>
/// <param name="report">Takes the key and what is to be thought about.</param>
internal sealed class MethodsWithoutUsers(Action<KeyPath, string> report)
{
    /// <summary>Looks at the methods of a realm.</summary>
    /// <param name="auth">The section.</param>
    /// <param name="path">Its path.</param>
    public void Check(AuthSection auth, KeyPath path)
    {
        if (auth.Ticket is { Users.Count: 0 } && auth is { Jwt: null, Webhook: null } && !Asks(AuthProcedureMethod.Ticket))
        {
            Report("ticket");
        }

        if (auth.Wampcra is { Users.Count: 0 } && !Asks(AuthProcedureMethod.Wampcra))
        {
            Report("wampcra");
        }

        if (auth.Scram is { Users.Count: 0 } && !Asks(AuthProcedureMethod.Scram))
        {
            Report("scram");
        }

        if (auth.Cryptosign is { Users.Count: 0 } && !Asks(AuthProcedureMethod.Cryptosign))
        {
            Report("cryptosign");
        }

        if (auth.Tls is { Users.Count: 0, Role: null })
        {
            Report("tls");
        }

        foreach (var (name, _) in auth.Cryptosign?.Users.Where(user => user.Value.AuthorizedKeys.Count == 0) ?? [])
        {
            report(path["cryptosign"]["users"][name], $"{name} cannot join: the user has no authorized_keys.");
        }

        foreach (var (name, _) in auth.Tls?.Users.Where(user => user.Value.Fingerprints.Count == 0) ?? [])
        {
            report(path["tls"]["users"][name], $"{name} cannot join: the user has no fingerprints.");
        }

        bool Asks(AuthProcedureMethod method) => auth.Procedure?.Methods.Contains(method) == true;

        void Report(string method) => report(path[method], $"nobody can join by {method}: it has no users.");
    }
}
