using Broker.Configuration.Keys;
using Broker.Configuration.Sources;

namespace Broker.Configuration.Checks;

/// <summary>
/// Keys that the model knows and nothing serves yet. Whoever configures one learns at start-up that it would be ignored; <c>null</c>, which
/// asks for nothing, is taken.
/// </summary>
internal static class NotYet
{
    private static readonly KeyPath[] Keys =
    [
        Key("realms.*.retention.max_event"),
    ];

    /// <summary>All of them; <c>*</c> stands for any number or name.</summary>
    public static IEnumerable<KeyPath> Paths => Keys;

    /// <summary>Whether a key is one of them.</summary>
    public static bool Holds(KeyPath path) => Keys.Any(path.IsWithin);

    /// <summary>Reports all that are configured.</summary>
    public static void Check(ConfigurationNode root, List<Fault> faults) => Check(root, KeyPath.Root, faults);

    private static KeyPath Key(string path) => KeyPath.TryParse(path)!;

    private static void Check(ConfigurationNode node, KeyPath path, List<Fault> faults)
    {
        foreach (var (name, inner) in node.Parts)
        {
            var key = path[name];
            if (Holds(key))
            {
                if (inner.Kind != NodeKind.Null && inner is not { Kind: NodeKind.Bare, Text: "null" })
                {
                    faults.Add(new Fault(inner.Origin, key, "this is not supported by this build yet: leave it out."));
                }
            }
            else
            {
                Check(inner, key, faults);
            }
        }
    }
}
