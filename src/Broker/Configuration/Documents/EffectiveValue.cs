using Broker.Configuration.Keys;
using Broker.Configuration.Sources;

namespace Broker.Configuration.Documents;

/// <summary>One value of a configuration, and where it comes from.</summary>
/// <param name="path">Which key.</param>
/// <param name="text">The value as it may be shown.</param>
/// <param name="content">The value itself, only to be compared.</param>
/// <param name="origin">Where it comes from.</param>
/// <param name="needsRestart">Whether it is read once, when the router starts.</param>
internal sealed class EffectiveValue(KeyPath path, string text, string content, Origin origin, bool needsRestart)
{
    private readonly string _content = content;

    /// <summary>Which key.</summary>
    public string Path { get; } = path.ToString();

    /// <summary>The value as it may be shown: no secret, and what <c>${...}</c> stands for in a text, where secrets may be, is not filled in.</summary>
    public string Text { get; } = text;

    /// <summary>Where it comes from.</summary>
    public Origin Origin { get; } = origin;

    /// <summary>Whether it is read once, when the router starts.</summary>
    public bool NeedsRestart { get; } = needsRestart;

    /// <summary>Whether both are the same value.</summary>
    public bool IsSame(EffectiveValue other) => _content == other._content;
}
