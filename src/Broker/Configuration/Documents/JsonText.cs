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
}
