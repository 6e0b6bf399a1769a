using System.Collections;
using Broker.Configuration.Keys;

namespace Broker.Configuration.Sources;

/// <summary>Makes the model from nodes, and finds everything in them that the model does not know.</summary>
/// <param name="references">What <c>${...}</c> stands for.</param>
/// <param name="faults">Where faults go.</param>
internal sealed class Binder(References references, List<Fault> faults)
{
    /// <summary>Makes a section. Where a value has a fault, its default stands.</summary>
    public object Section(SectionShape shape, ConfigurationNode node, KeyPath path)
    {
        var section = Activator.CreateInstance(shape.Type)!;
        foreach (var (name, value) in node.Members)
        {
            if (shape.Find(name) is { } key)
            {
                Bind(section, key, value, path[name]);
            }
            else if (path != KeyPath.Root || name != "$schema")
            {
                Refuse(value, path[name], $"there is no such key: {NearestKey.Suggest(shape, name)}");
            }
        }

        foreach (var key in shape.Keys.Where(key => key.IsRequired && !node.Members.ContainsKey(key.Name)))
        {
            Refuse(node, path, $"the key '{key.Name}' is missing.");
        }

        return section;
    }

    private void Bind(object section, ConfigurationKey key, ConfigurationNode node, KeyPath path)
    {
        if (IsNull(node, key))
        {
            if (!key.IsNullable)
            {
                Refuse(node, path, "this cannot be null: leave the key out for its default.");
            }

            key.Property.SetValue(section, key.IsNullable ? null : key.Default);
        }
        else if (Value(key.Shape, node, path) is { } value)
        {
            key.Property.SetValue(section, value);
        }
    }

    private static bool IsNull(ConfigurationNode node, ConfigurationKey key) =>
        node.Kind == NodeKind.Null || (node.Kind == NodeKind.Bare && key.IsNullable && node.Text == "null");

    private object? Value(Shape shape, ConfigurationNode node, KeyPath path)
    {
        switch (shape)
        {
            case ScalarShape scalar:
                return Scalar(scalar.Scalar, node, path);
            case ListShape list when node.Kind == NodeKind.List:
                var items = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(TypeOf(list.Item)))!;
                foreach (var (name, item) in node.Parts)
                {
                    if (Value(list.Item, item, path[name]) is { } value)
                    {
                        items.Add(value);
                    }
                }

                return items;
            case TableShape table when node.Kind == NodeKind.Section:
                var type = typeof(Dictionary<,>).MakeGenericType(typeof(string), TypeOf(table.Item));
                var entries = (IDictionary)Activator.CreateInstance(type)!;
                foreach (var (name, item) in node.Parts)
                {
                    if (Value(table.Item, item, path[name]) is { } value)
                    {
                        entries[name] = value;
                    }
                }

                return entries;
            case SectionShape section when node.Kind == NodeKind.Section:
                return Section(section, node, path);
            default:
                Refuse(node, path, shape is ListShape ? "this must be a list: [ ... ]." : "this must be a section: { ... }.");
                return null;
        }
    }

    private object? Scalar(Scalar scalar, ConfigurationNode node, KeyPath path)
    {
        var isFree = node.Kind == NodeKind.Bare || (node.Kind == NodeKind.Text && References.Holds(node.Text));
        var isRight = scalar.Literal switch
        {
            Literal.Number => node.Kind == NodeKind.Number,
            Literal.Boolean => node.Kind == NodeKind.Boolean,
            _ => node.Kind == NodeKind.Text,
        };
        if (!isFree && !isRight)
        {
            var quotes = scalar.Literal == Literal.Text ? "in quotes" : "without quotes";
            Refuse(node, path, $"this must be a {scalar.Name}: write {scalar.Remedy}, {quotes}.");
            return null;
        }

        var text = references.Resolve(node.Text, out var fault);
        var value = fault is null ? scalar.Read(text, References.Holds(node.Text) ? node.Text : text, out fault) : null;
        if (value is TextFile file)
        {
            value = file with { Content = references.Content(file.Path, out fault) };
        }
        else if (value is not null && scalar.NamesFile)
        {
            references.Note(text);
        }

        if (fault is null)
        {
            return value;
        }

        Refuse(node, path, fault);
        return null;
    }

    private static Type TypeOf(Shape shape) => shape switch
    {
        SectionShape section => section.Type,
        ScalarShape scalar => scalar.Scalar.Type,
        _ => throw new InvalidOperationException("Lists and tables hold sections or scalars."),
    };

    private void Refuse(ConfigurationNode node, KeyPath path, string text) => faults.Add(new Fault(node.Origin, path, text));
}
