namespace Broker.Models;

/// <summary>What a rule may allow.</summary>
[Flags]
internal enum ModelRights
{
    None = 0,
    Call = 1,
    Register = 2,
    Publish = 4,
    Subscribe = 8,
    DiscloseCaller = 16,
    DisclosePublisher = 32,
    All = Call | Register | Publish | Subscribe,
}

/// <summary>One rule of a role: what it allows on the URIs that match.</summary>
internal sealed record ModelRule(string Uri, string Match, ModelRights Rights)
{
    /// <summary>
    /// Of the rules that match a URI the one with the highest rank decides: an exact one, then wildcards as calls are routed, then the longest prefix.
    /// </summary>
    public (int Class, int Length, string Mask) Rank => Match switch
    {
        "exact" => (3, 0, ""),
        "wildcard" => (2, 0, ModelUri.Mask(Uri)),
        _ => (1, Uri.Length, ""),
    };

    public override string ToString() => $"{Match} '{Uri}': {Rights}";
}

/// <summary>The rules of each role of a realm.</summary>
internal sealed record ModelRoles(IReadOnlyDictionary<string, IReadOnlyList<ModelRule>> Rules)
{
    /// <summary>The same with one rule less.</summary>
    public IEnumerable<ModelRoles> Simpler() =>
        from role in Rules
        from rule in role.Value
        select new ModelRoles(Rules.ToDictionary(
            one => one.Key, IReadOnlyList<ModelRule> (one) => one.Key == role.Key ? [.. one.Value.Where(other => other != rule)] : one.Value));

    public override string ToString() => string.Join("; ", Rules.Select(role => $"{role.Key}: {string.Join(", ", role.Value)}"));
}
