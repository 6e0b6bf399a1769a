namespace Broker.Authentication;

/// <summary>Normalization form KC (Unicode Standard Annex 15) over the tables of Unicode 3.2.</summary>
internal static class NormalizationKC
{
    // Hangul syllables are composed by arithmetic (Unicode Standard, section 3.12).
    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TrailBase = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TrailCount = 28;
    private const int SyllableCount = LeadCount * VowelCount * TrailCount;

    public static List<int> Normalize(List<int> points)
    {
        var decomposed = new List<int>(points.Count + 8);
        foreach (var point in points)
        {
            Decompose(point, decomposed);
        }

        Order(decomposed);
        return Compose(decomposed);
    }

    private static void Decompose(int point, List<int> into)
    {
        var syllable = point - SyllableBase;
        if (syllable is >= 0 and < SyllableCount)
        {
            into.Add(LeadBase + (syllable / (VowelCount * TrailCount)));
            into.Add(VowelBase + (syllable / TrailCount % VowelCount));
            if (syllable % TrailCount != 0)
            {
                into.Add(TrailBase + (syllable % TrailCount));
            }
        }
        else if (SaslPrepTables.Instance.DecompositionOf(point) is { } parts)
        {
            foreach (var part in parts)
            {
                Decompose(part, into);
            }
        }
        else
        {
            into.Add(point);
        }
    }

    /// <summary>Marks on the same base stand in the order of their classes; those of one class keep theirs.</summary>
    private static void Order(List<int> points)
    {
        for (var end = 1; end < points.Count; end++)
        {
            var point = points[end];
            var combiningClass = ClassOf(point);
            var at = end;
            while (combiningClass > 0 && at > 0 && ClassOf(points[at - 1]) > combiningClass)
            {
                points[at] = points[at - 1];
                at--;
            }

            points[at] = point;
        }
    }

    private static List<int> Compose(List<int> points)
    {
        var composed = new List<int>(points.Count);
        var starter = -1;
        var lastClass = 0;
        foreach (var point in points)
        {
            var combiningClass = ClassOf(point);

            // A mark reaches its base unless something of its own class or a higher one, or another base, stands between them.
            var isNext = starter == composed.Count - 1;
            if (starter >= 0 && (isNext || (lastClass > 0 && lastClass < combiningClass)) && PairOf(composed[starter], point) is > 0 and var pair)
            {
                composed[starter] = pair;
                continue;
            }

            if (combiningClass == 0)
            {
                starter = composed.Count;
            }

            lastClass = combiningClass;
            composed.Add(point);
        }

        return composed;
    }

    private static int PairOf(int first, int second)
    {
        var (lead, vowel) = (first - LeadBase, second - VowelBase);
        if (lead is >= 0 and < LeadCount && vowel is >= 0 and < VowelCount)
        {
            return SyllableBase + (((lead * VowelCount) + vowel) * TrailCount);
        }

        var (syllable, trail) = (first - SyllableBase, second - TrailBase);
        if (syllable is >= 0 and < SyllableCount && syllable % TrailCount == 0 && trail is > 0 and < TrailCount)
        {
            return first + trail;
        }

        return SaslPrepTables.Instance.CompositionOf(first, second);
    }

    private static byte ClassOf(int point) => SaslPrepTables.Instance.CombiningClassOf(point);
}
