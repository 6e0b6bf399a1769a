namespace Broker.Authorization;

/// <summary>
/// The rules for exact URIs and for prefixes, sorted by their text. The longest prefix of a URI is the last entry not behind it, or one
/// that this entry starts with: one binary search finds both it and the exact rule. Immutable; a look-up allocates nothing.
/// </summary>
internal sealed class LiteralRules
{
    private readonly byte[][] _texts;
    private readonly Entry[] _entries;

    public LiteralRules(IEnumerable<(byte[] Text, bool IsPrefix, Grants Grants)> rules)
    {
        var byText = rules.GroupBy(rule => rule.Text, Realms.Utf8Comparer.Instance)
            .OrderBy(group => group.Key, Comparer<byte[]>.Create(Compare))
            .ToList();
        _texts = [.. byText.Select(group => group.Key)];
        _entries = new Entry[_texts.Length];
        for (var i = 0; i < _entries.Length; i++)
        {
            _entries[i] = new Entry(
                byText[i].FirstOrDefault(rule => !rule.IsPrefix).Grants,
                byText[i].FirstOrDefault(rule => rule.IsPrefix).Grants,
                FindParent(i));
        }
    }

    /// <summary>What the exact rule of a URI says or, where there is none, that of its longest prefix.</summary>
    public Grants Find(ReadOnlySpan<byte> uri, out bool isExact)
    {
        var at = IndexOfLast(uri);
        if (at >= 0 && _entries[at].Exact != Grants.None && uri.SequenceEqual(_texts[at]))
        {
            isExact = true;
            return _entries[at].Exact;
        }

        isExact = false;
        while (at >= 0 && (_entries[at].Prefix == Grants.None || !uri.StartsWith(_texts[at])))
        {
            at = _entries[at].Parent;
        }

        return at < 0 ? Grants.None : _entries[at].Prefix;
    }

    private static int Compare(byte[] one, byte[] other) => one.AsSpan().SequenceCompareTo(other);

    /// <summary>As <c>SequenceCompareTo</c>, which goes byte by byte once it has found a difference somewhere in 32 of them.</summary>
    private static bool IsBefore(ReadOnlySpan<byte> uri, ReadOnlySpan<byte> text)
    {
        var common = uri.CommonPrefixLength(text);
        return common < text.Length && (common == uri.Length || uri[common] < text[common]);
    }

    /// <summary>The last entry whose text does not come behind a URI; -1 for none.</summary>
    private int IndexOfLast(ReadOnlySpan<byte> uri)
    {
        var (low, high) = (0, _texts.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            if (IsBefore(uri, _texts[middle]))
            {
                high = middle - 1;
            }
            else
            {
                low = middle + 1;
            }
        }

        return high;
    }

    /// <summary>
    /// The longest other prefix that a text starts with: it is among the entry before and its parents, which are known already.
    /// </summary>
    private int FindParent(int index)
    {
        var at = index - 1;
        while (at >= 0 && (_entries[at].Prefix == Grants.None || !_texts[index].AsSpan().StartsWith(_texts[at])))
        {
            at = _entries[at].Parent;
        }

        return at;
    }

    private readonly record struct Entry(Grants Exact, Grants Prefix, int Parent);
}
