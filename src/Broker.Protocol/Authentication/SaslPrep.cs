using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Broker.Authentication;

/// <summary>
/// Brings names and passwords into one form, so that the same ones have the same octets however they were typed (RFC 4013, "SASLprep"; "stored
/// strings" of RFC 3454, as RFC 5802 demands). Unicode 3.2 decides, on every machine alike: what is prepared today has the same key for ever.
/// </summary>
public static class SaslPrep
{
    /// <summary>Prepares a name or a password.</summary>
    /// <param name="text">What was typed or configured.</param>
    /// <param name="prepared">The text to use.</param>
    /// <param name="problem">Otherwise, why it cannot be used, as a sentence that does not hold the text.</param>
    public static bool TryPrepare(string text, [NotNullWhen(true)] out string? prepared, out string problem)
    {
        prepared = text;
        problem = "";
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return true;
        }

        prepared = null;
        if (!TryMap(text, out var mapped))
        {
            problem = "It holds half of a surrogate pair, which is no character.";
            return false;
        }

        var points = NormalizationKC.Normalize(mapped);
        problem = FindProblem(points) ?? "";
        prepared = problem.Length == 0 ? TextOf(points) : null;
        return prepared is not null;
    }

    /// <summary>Prepares a name or a password.</summary>
    /// <exception cref="ArgumentException">It cannot be used.</exception>
    public static string Prepare(string text) => TryPrepare(text, out var prepared, out var problem)
        ? prepared
        : throw new ArgumentException("A name or password cannot be used: " + problem, nameof(text));

    /// <summary>RFC 4013, section 2.1: spaces become U+0020, what is not seen is left out.</summary>
    private static bool TryMap(string text, out List<int> mapped)
    {
        var tables = SaslPrepTables.Instance;
        mapped = new List<int>(text.Length);
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var length) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            if (tables.Space.Contains(rune.Value))
            {
                mapped.Add(' ');
            }
            else if (!tables.Nothing.Contains(rune.Value))
            {
                mapped.Add(rune.Value);
            }

            rest = rest[length..];
        }

        return true;
    }

    /// <summary>RFC 4013, sections 2.3 to 2.5; RFC 3454, section 6.</summary>
    private static string? FindProblem(List<int> points)
    {
        var tables = SaslPrepTables.Instance;
        var hasRightToLeft = false;
        var hasLeftToRight = false;
        foreach (var point in points)
        {
            if (tables.Prohibited.Contains(point))
            {
                return $"It holds U+{point:X4}, which RFC 4013 prohibits.";
            }

            if (tables.Unassigned.Contains(point))
            {
                return $"It holds U+{point:X4}, which Unicode 3.2 does not know and RFC 4013 therefore prohibits.";
            }

            hasRightToLeft |= tables.RightToLeft.Contains(point);
            hasLeftToRight |= tables.LeftToRight.Contains(point);
        }

        if (!hasRightToLeft)
        {
            return null;
        }

        return hasLeftToRight || !tables.RightToLeft.Contains(points[0]) || !tables.RightToLeft.Contains(points[^1])
            ? "It mixes scripts written from right to left with others in a way that RFC 3454, section 6 prohibits."
            : null;
    }

    private static string TextOf(List<int> points)
    {
        var text = new StringBuilder(points.Count);
        foreach (var point in points)
        {
            text.Append(new Rune(point).ToString());
        }

        return text.ToString();
    }
}
