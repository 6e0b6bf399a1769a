using System.Text;
using Broker.Configuration.Keys;
using Broker.Configuration.Sections;
using Broker.Uris;

namespace Broker.Configuration.Checks;

/// <summary>What must hold between the values of a configuration.</summary>
/// <param name="configuration">The configuration; required values may be missing, which is reported already.</param>
/// <param name="report">Takes the key and what is wrong.</param>
/// <param name="isOpsChosen">Whether somebody has chosen the address for operators: the default one gives way to others.</param>
internal sealed class ConfigurationRules(BrokerConfiguration configuration, Action<KeyPath, string> report, bool isOpsChosen)
{
    /// <summary>Checks everything.</summary>
    public void Check()
    {
        CheckListeners(KeyPath.Root["listeners"]);
        CheckOps(KeyPath.Root["ops"]["listen"]);
        CheckRealms(KeyPath.Root["realms"]);
        CheckLog(KeyPath.Root["log"]["levels"]);
        if (configuration.Limits is { OutboundTotal: { Bytes: > 0 } total } limits && total.CompareTo(limits.Outbound) < 0)
        {
            report(KeyPath.Root["limits"]["outbound_total"], $"this is less than limits.outbound, {limits.Outbound}, which is for one peer.");
        }
    }

    /// <summary>What .NET does not take as the name of a category.</summary>
    private void CheckLog(KeyPath path)
    {
        foreach (var category in configuration.Log.Levels.Keys.Where(name => name.Count('*') > 1))
        {
            report(path[category], "a category has one * at the most: write the beginning of its name, such as Broker.Router.");
        }
    }

    private void CheckListeners(KeyPath path)
    {
        if (configuration.Listeners.Count == 0)
        {
            report(path, "there is no listener, so that nobody could connect.");
        }

        var seen = new HashSet<string?>(StringComparer.Ordinal);
        foreach (var (index, listener) in configuration.Listeners.Index())
        {
            if (listener.Listen is not { } address)
            {
                continue;
            }

            if (!seen.Add(Name(address)) && !address.Text.EndsWith(":0", StringComparison.Ordinal))
            {
                report(path[index]["listen"], $"another listener has the address {address}, too.");
            }

            if (!address.IsLocal
                && !configuration.AllowAnonymous
                && configuration.Realms.FirstOrDefault(realm => realm.Auth is null) is { } open)
            {
                report(
                    path[index]["listen"],
                    $"Everyone who reaches {address} could join {open.Name} without authentication: listen on a loopback address, or "
                    + "accept that by allow_anonymous or --allow-anonymous.");
            }
        }
    }

    private void CheckOps(KeyPath path)
    {
        if (isOpsChosen
            && configuration.Ops?.Listen is { } ops
            && !ops.Text.EndsWith(":0", StringComparison.Ordinal)
            && configuration.Listeners.Any(listener => listener.Listen is { } address && Name(address) == Name(ops)))
        {
            report(path, $"clients connect to {ops}: operators need an address of their own, or none (ops = null).");
        }
    }

    /// <summary>The same for each way to write an address.</summary>
    private static string? Name(ListenAddress address) => address.EndPoint.ToString();

    private void CheckRealms(KeyPath path)
    {
        if (configuration.Realms.Count == 0)
        {
            report(path, "there is no realm, so that nobody could join.");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, realm) in configuration.Realms.Index())
        {
            if (realm.Name is not null && !names.Add(realm.Name))
            {
                report(path[index]["name"], $"another realm has the name {realm.Name}, too.");
            }

            if (realm.Auth?.Procedure?.Realm is { } asked && configuration.Realms.All(one => one.Name != asked))
            {
                report(path[index]["auth"]["procedure"]["realm"], $"there is no realm '{asked}' in which a procedure could be asked.");
            }

            CheckUris(realm, path[index]);
            new AuthRules(realm, path[index], report).Check();
        }
    }

    private void CheckUris(RealmSection realm, KeyPath path)
    {
        var rules = new UriRules(realm.UriRules == UriStrictness.Strict, configuration.Limits.UriLength);
        foreach (var (index, history) in realm.History.Index())
        {
            CheckPattern(rules, history.Uri, history.Match, path["history"][index]["uri"]);
        }

        foreach (var (name, levels) in new[] { ("calls", realm.TrustLevels.Calls), ("publications", realm.TrustLevels.Publications) })
        {
            foreach (var (index, level) in levels.Index())
            {
                CheckRule(rules, level.Uri, level.Match, path["trust_levels"][name][index]["uri"]);
            }
        }

        foreach (var (index, role) in (realm.Roles ?? []).Index())
        {
            foreach (var (number, permission) in role.Permissions.Index())
            {
                CheckRule(rules, permission.Uri, permission.Match, path["roles"][index]["permissions"][number]["uri"]);
            }
        }
    }

    /// <summary>Unlike who subscribes or registers, rules may speak of every URI, by the prefix "".</summary>
    private void CheckRule(UriRules rules, string? uri, MatchPolicy match, KeyPath path)
    {
        if (uri is not "" || match != MatchPolicy.Prefix)
        {
            CheckPattern(rules, uri, match, path);
        }
    }

    private void CheckPattern(UriRules rules, string? uri, MatchPolicy match, KeyPath path)
    {
        if (uri is not null && !rules.IsValidPattern(Encoding.UTF8.GetBytes(uri), match))
        {
            report(path, $"'{uri}' is no valid URI for the match policy {match.ToString().ToLowerInvariant()} in this realm.");
        }
    }
}
