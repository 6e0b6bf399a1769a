using System.Globalization;

namespace Broker.Configuration.Keys;

/// <summary>A size as text: a whole number and its unit, such as <c>4MiB</c>.</summary>
/// <param name="Bytes">In bytes.</param>
internal readonly record struct ByteSize(long Bytes) : IComparable<ByteSize>, IComparable
{
    /// <summary>The pattern of the text.</summary>
    public const string Pattern = "^[0-9]+(B|KiB|MiB|GiB)$";

    private static readonly (string Name, long Bytes)[] Units = [("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10), ("B", 1)];

    /// <summary>So many bytes.</summary>
    public static ByteSize FromBytes(long bytes) => new(bytes);

    /// <summary>So many times 1024 bytes.</summary>
    public static ByteSize FromKiB(long count) => new(count << 10);

    /// <summary>So many times 1024 KiB.</summary>
    public static ByteSize FromMiB(long count) => new(count << 20);

    /// <summary>Reads the text; null when it is none.</summary>
    public static ByteSize? TryParse(string text)
    {
        foreach (var (name, bytes) in Units)
        {
            if (text.EndsWith(name, StringComparison.Ordinal)
                && long.TryParse(text.AsSpan(0, text.Length - name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            {
                return count <= long.MaxValue / bytes ? new ByteSize(count * bytes) : null;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public int CompareTo(ByteSize other) => Bytes.CompareTo(other.Bytes);

    /// <inheritdoc/>
    public int CompareTo(object? obj) => obj is ByteSize other ? CompareTo(other) : 1;

    /// <summary>The text, in the largest unit that leaves a whole number.</summary>
    public override string ToString()
    {
        foreach (var (name, bytes) in Units)
        {
            if (Bytes % bytes == 0 && (Bytes > 0 || bytes == 1))
            {
                return string.Create(CultureInfo.InvariantCulture, $"{Bytes / bytes}{name}");
            }
        }

        return "0B";
    }
}
