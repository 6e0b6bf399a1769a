namespace Broker.Configuration.Sources;

/// <summary>What a node is.</summary>
internal enum NodeKind
{
    /// <summary>Named parts.</summary>
    Section,

    /// <summary>Parts in a row.</summary>
    List,

    /// <summary>A scalar in quotes.</summary>
    Text,

    /// <summary>A number.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary><c>null</c>.</summary>
    Null,

    /// <summary>Text of an environment variable or a flag: whatever its key makes of it.</summary>
    Bare,
}

/// <summary>A value as it was written, with its origin, before anything is known about its key.</summary>
/// <param name="kind">What it is.</param>
/// <param name="origin">Where it was written.</param>
/// <param name="text">Of a scalar: its text.</param>
internal sealed class ConfigurationNode(NodeKind kind, Origin origin, string text = "")
{
    /// <summary>What it is.</summary>
    public NodeKind Kind { get; } = kind;

    /// <summary>Where it was written.</summary>
    public Origin Origin { get; } = origin;

    /// <summary>Of a scalar: its text as written.</summary>
    public string Text { get; } = text;

    /// <summary>Of a section: its parts, each name once, in order.</summary>
    public OrderedDictionary<string, ConfigurationNode> Members { get; } = [];

    /// <summary>Of a list: its parts.</summary>
    public List<ConfigurationNode> Items { get; } = [];

    /// <summary>The names and the parts of a section or list.</summary>
    public IEnumerable<(string Name, ConfigurationNode Node)> Parts => Kind == NodeKind.List
        ? Items.Select((item, index) => (index.ToString(System.Globalization.CultureInfo.InvariantCulture), item))
        : Members.Select(member => (member.Key, member.Value));

    /// <summary>The nearest node on the way to a path that was written somewhere.</summary>
    public ConfigurationNode Nearest(IEnumerable<string> path)
    {
        var node = this;
        foreach (var component in path)
        {
            var next = node.Parts.FirstOrDefault(part => part.Name == component).Node;
            if (next is null)
            {
                break;
            }

            node = next;
        }

        return node;
    }
}
