using System.Text;

namespace Broker.Options;

/// <summary>What the texts of Options take, for whoever keeps them.</summary>
internal static class OptionText
{
    private const int Overhead = 24; // of a string, about

    /// <summary>About how many bytes of memory a text holds; 0 when it is not there.</summary>
    public static int SizeOf(string? text) => text is null ? 0 : Overhead + (text.Length * sizeof(char));

    /// <summary>Whether a text has more bytes in UTF-8 than <paramref name="most"/>.</summary>
    public static bool IsLonger(string? text, int most) =>
        text is not null && (text.Length > most || Encoding.UTF8.GetByteCount(text) > most);
}
