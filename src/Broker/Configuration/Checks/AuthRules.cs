using Broker.Configuration.Keys;
using Broker.Configuration.Sections;

namespace Broker.Configuration.Checks;

/// <summary>What must hold between the roles and the users of a realm.</summary>
/// <param name="realm">The realm; required values may be missing, which is reported already.</param>
/// <param name="path">Its path.</param>
/// <param name="report">Takes the key and what is wrong.</param>
internal sealed class AuthRules(RealmSection realm, KeyPath path, Action<KeyPath, string> report)
{
    /// <summary>The role of sessions where a realm configures no authentication.</summary>
    private const string Anonymous = "anonymous";

    /// <summary>Checks everything.</summary>
    public void Check()
    {
        var roles = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, role) in (realm.Roles ?? []).Index())
        {
            if (role.Name is not null && !roles.Add(role.Name))
            {
                report(path["roles"][index]["name"], $"another role of this realm has the name {role.Name}, too.");
            }
        }

        if (realm.Auth is not { } auth)
        {
            if (realm.Roles is not null && !roles.Contains(Anonymous))
            {
                report(path["roles"], "nobody could join: add auth, or a role of the name anonymous.");
            }

            return;
        }

        if (auth is
            {
                Anonymous: null, Ticket: null, Wampcra: null, Scram: null, Cryptosign: null, Jwt: null, Tls: null,
                Procedure: null or { Methods.Count: 0 }, Webhook: null,
            })
        {
            report(path["auth"], "nobody could join: name a method, such as ticket or anonymous, or leave auth out.");
            return;
        }

        if (realm.Roles is null)
        {
            report(path["auth"], "users have roles, and this realm configures none: add roles.");
            return;
        }

        foreach (var (at, role) in RolesOfUsers(auth, path["auth"]))
        {
            if (role is not null && !roles.Contains(role))
            {
                var known = roles.Count == 0 ? "none" : string.Join(", ", roles);
                report(at["role"], $"there is no role '{role}' in this realm: it has {known}.");
            }
        }

        CheckSecrets(auth, path["auth"]);
    }

    private static IEnumerable<(KeyPath Path, string? Role)> RolesOfUsers(AuthSection auth, KeyPath path) =>
    [
        (path["anonymous"], auth.Anonymous?.Role),
        .. auth.Ticket?.Users.Select(user => (path["ticket"]["users"][user.Key], (string?)user.Value.Role)) ?? [],
        .. auth.Wampcra?.Users.Select(user => (path["wampcra"]["users"][user.Key], (string?)user.Value.Role)) ?? [],
        .. auth.Scram?.Users.Select(user => (path["scram"]["users"][user.Key], (string?)user.Value.Role)) ?? [],
        .. auth.Cryptosign?.Users.Select(user => (path["cryptosign"]["users"][user.Key], (string?)user.Value.Role)) ?? [],
        (path["tls"], auth.Tls?.Role),
        .. auth.Tls?.Users.Select(user => (path["tls"]["users"][user.Key], (string?)user.Value.Role)) ?? [],
    ];

    private void CheckSecrets(AuthSection auth, KeyPath at)
    {
        foreach (var (name, user) in auth.Ticket?.Users ?? new Dictionary<string, TicketUserSection>())
        {
            RequireOne(at["ticket"]["users"][name], user.Secret, user.Hash);
        }

        foreach (var (name, user) in auth.Wampcra?.Users ?? new Dictionary<string, CraUserSection>())
        {
            RequireOne(at["wampcra"]["users"][name], user.Secret, user.Hash);
        }

        if (auth.Jwt?.Claims.DefaultRole is { } role && realm.Roles!.All(one => one.Name != role))
        {
            report(at["jwt"]["claims"]["default_role"], $"there is no role '{role}' in this realm.");
        }

        if (auth.Jwt is { HmacKey: null, PublicKeys.Count: 0, JwksFile: null, JwksUrl: null })
        {
            report(at["jwt"], "no token could be checked: add hmac_key, public_keys, jwks_file or jwks_url.");
        }
    }

    private void RequireOne(KeyPath user, Secret? secret, Secret? hash)
    {
        if (secret is null == hash is null)
        {
            report(user, "a user has either secret or hash, and exactly one of them.");
        }
    }
}
