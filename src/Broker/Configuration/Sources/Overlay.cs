using System.Globalization;
using System.Text;
using Broker.Configuration.Keys;

namespace Broker.Configuration.Sources;

/// <summary>Puts values over those of the file.</summary>
/// <param name="root">The configuration so far; it is changed.</param>
/// <param name="faults">Where faults go.</param>
internal sealed class Overlay(ConfigurationNode root, List<Fault> faults)
{
    /// <summary>Puts one value in its place.</summary>
    public void Apply(Override value)
    {
        var at = KeyPath.Root;
        Shape shape = SectionShape.Root;
        var node = root;
        var put = static (ConfigurationNode _) => { };
        foreach (var component in value.Path.Components)
        {
            if (shape is ScalarShape)
            {
                Refuse(value, at, "is a single value and has no parts.");
                return;
            }

            if (Step(value, shape, component, at) is not var (name, inner))
            {
                return;
            }

            // Where the configuration says null, or nothing, the parts make a new section.
            if (node.Kind is not (NodeKind.Section or NodeKind.List))
            {
                node = new ConfigurationNode(shape is ListShape ? NodeKind.List : NodeKind.Section, value.Origin);
                put(node);
            }

            if (shape is ListShape)
            {
                var index = int.Parse(name, CultureInfo.InvariantCulture);
                var list = node;
                if (index > list.Items.Count)
                {
                    Refuse(value, at[index], $"the list has {list.Items.Count} items, so that the next one is {list.Items.Count}.");
                    return;
                }

                put = item => Set(list.Items, index, item);
                node = index < list.Items.Count ? list.Items[index] : Absent;
            }
            else
            {
                var section = node;
                put = member => section.Members[name] = member;
                node = section.Members.GetValueOrDefault(name) ?? Absent;
            }

            at = at[name];
            shape = inner;
        }

        if (Value(value, shape, at) is { } written)
        {
            put(written);
        }
    }

    private static ConfigurationNode Absent => new(NodeKind.Null, Origin.Default);

    private static void Set(List<ConfigurationNode> items, int index, ConfigurationNode item)
    {
        if (index == items.Count)
        {
            items.Add(item);
        }
        else
        {
            items[index] = item;
        }
    }

    private (string Name, Shape Shape)? Step(Override value, Shape shape, string component, KeyPath at)
    {
        switch (shape)
        {
            case SectionShape section:
                if (section.Find(component, value.IgnoreCase) is { } key)
                {
                    return (key.Name, key.Shape);
                }

                var name = value.IgnoreCase ? component.ToLowerInvariant() : component;
                Refuse(value, at[name], $"there is no such key: {NearestKey.Suggest(section, name)}");
                return null;
            case ListShape list:
                if (int.TryParse(component, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
                {
                    return (index.ToString(CultureInfo.InvariantCulture), list.Item);
                }

                Refuse(value, at[component], $"{at} is a list: its items have numbers from 0.");
                return null;
            default:
                return (component, ((TableShape)shape).Item);
        }
    }

    private ConfigurationNode? Value(Override value, Shape shape, KeyPath at)
    {
        if (shape is ScalarShape)
        {
            return new ConfigurationNode(NodeKind.Bare, value.Origin, value.Text);
        }

        var before = faults.Count;
        var node = JsonFile.Read(Encoding.UTF8.GetBytes(value.Text), value.Origin.Source, hasLines: false, faults);
        if (faults.Count > before)
        {
            faults.RemoveRange(before, faults.Count - before); // it may quote a secret
            Refuse(value, at, $"has parts: write them in JSON, or name one of them.");
            return null;
        }

        return node;
    }

    private void Refuse(Override value, KeyPath path, string text) => faults.Add(new Fault(value.Origin, path, text));
}
