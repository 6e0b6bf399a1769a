using System.Collections.Concurrent;
using Broker.Patterns;
using Broker.Realms;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>Finds the one registration that answers a call. Read without a lock; changed by one thread at a time, which holds the dealer's lock.</summary>
internal sealed class RegistrationIndex
{
    private readonly ConcurrentDictionary<byte[], Registration> _exact = new(Utf8Comparer.Instance);
    private readonly ConcurrentDictionary<byte[], Registration>.AlternateLookup<ReadOnlySpan<byte>> _exactByUri;
    private readonly PrefixTable<Registration> _prefixes = new();
    private readonly WildcardTable<Registration> _wildcards = new();

    public RegistrationIndex() => _exactByUri = _exact.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>How many registrations there are.</summary>
    public int Count => _exact.Count + _prefixes.Count + _wildcards.Count;

    /// <summary>The registration of a procedure or pattern itself (PBR-08).</summary>
    public Registration? Find(ReadOnlySpan<byte> uri, MatchPolicy match) => match switch
    {
        MatchPolicy.Prefix => _prefixes.Find(uri),
        MatchPolicy.Wildcard => _wildcards.Find(uri),
        _ => FindExact(uri),
    };

    /// <summary>
    /// The best match for a call (PBR-04): the exact one, the longest prefix, the first of the wildcards. Reserved procedures are never taken by patterns
    /// (PBR-11).
    /// </summary>
    public Registration? Match(ReadOnlySpan<byte> procedure) =>
        FindExact(procedure) ?? (UriRules.IsReserved(procedure) ? null : MatchPattern(procedure));

    public void Add(Registration registration)
    {
        switch (registration.Match)
        {
            case MatchPolicy.Prefix:
                _prefixes.Add(registration);
                break;
            case MatchPolicy.Wildcard:
                _wildcards.Add(registration);
                break;
            default:
                _exact[registration.Uri] = registration;
                break;
        }
    }

    public void Remove(Registration registration)
    {
        switch (registration.Match)
        {
            case MatchPolicy.Prefix:
                _prefixes.Remove(registration);
                break;
            case MatchPolicy.Wildcard:
                _wildcards.Remove(registration);
                break;
            default:
                _exact.TryRemove(registration.Uri, out _);
                break;
        }
    }

    private Registration? FindExact(ReadOnlySpan<byte> uri) => _exactByUri.TryGetValue(uri, out var registration) ? registration : null;

    /// <summary>
    /// Prefixes match plain text (PBR-02) and go before wildcards, yet in the specification's example (PBR-06) <c>a1.b2.c33.d4.e5</c> goes to the wildcard
    /// <c>a1.b2.c33..e5</c>, not to the prefix <c>a1.b2.c3</c>. Both hold when a prefix goes before wildcards only where it matches whole components.
    /// </summary>
    private Registration? MatchPattern(ReadOnlySpan<byte> procedure)
    {
        Registration? longest = null;
        var lengths = _prefixes.Lengths;
        for (var i = lengths.Length - 1; i >= 0; i--)
        {
            var length = lengths[i];
            if (length <= procedure.Length && _prefixes.Find(procedure[..length]) is { } prefix)
            {
                longest ??= prefix;
                if (length == procedure.Length || procedure[length] == (byte)'.' || procedure[length - 1] == (byte)'.')
                {
                    return longest;
                }
            }
        }

        return FirstWildcard(procedure) ?? longest;
    }

    /// <summary>Shapes come in the order of PBR-05, so the first hit is the best.</summary>
    private Registration? FirstWildcard(ReadOnlySpan<byte> procedure)
    {
        var shapes = _wildcards.Shapes;
        if (shapes.IsEmpty || procedure.Length > UriRules.Ceiling)
        {
            return null;
        }

        Span<byte> blanked = stackalloc byte[UriRules.Ceiling];
        foreach (var shape in shapes)
        {
            var length = shape.Blank(procedure, blanked);
            if (length > 0 && _wildcards.Find(blanked[..length]) is { } registration)
            {
                return registration;
            }
        }

        return null;
    }
}
