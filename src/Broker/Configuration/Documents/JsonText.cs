using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Broker.Configuration.Documents;

/// <summary>How JSON for people is written: indented, and without escapes that only web pages need.</summary>
internal static class JsonText
{
    /// <summary>On one line.</summary>
    public static JsonSerializerOptions Plain { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Indented.</summary>
    public static JsonSerializerOptions Indented { get; } = new(Plain) { WriteIndented = true, NewLine = "\n" };

    /// <summary>A file's text without the mark that some editors put in front of it.</summary>
    public static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
}
