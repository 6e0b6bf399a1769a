using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Broker.Configuration.Keys;

/// <summary>Reads from the records of the model which keys there are.</summary>
internal static class ShapeBuilder
{
    /// <summary>The keys of a section, in the order of its record.</summary>
    public static SectionShape Section(Type type)
    {
        var defaults = Activator.CreateInstance(type)!;
        var nullability = new NullabilityInfoContext();
        var keys = type.GetProperties().Select(property => Key(property, defaults, nullability)).OfType<ConfigurationKey>();
        return new SectionShape(type, [.. keys]);
    }

    private static ConfigurationKey? Key(PropertyInfo property, object defaults, NullabilityInfoContext nullability)
    {
        if (property.GetCustomAttribute<KeyAttribute>() is not { } attribute)
        {
            return null;
        }

        return new ConfigurationKey
        {
            Name = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name),
            Property = property,
            Shape = Shape(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, attribute),
            Default = property.GetValue(defaults),
            IsRequired = property.GetCustomAttribute<RequiredMemberAttribute>() is not null,
            IsNullable = nullability.Create(property).WriteState == NullabilityState.Nullable,
            Attribute = attribute,
        };
    }

    private static Shape Shape(Type type, KeyAttribute attribute)
    {
        if (Scalars.Find(type, attribute) is { } scalar)
        {
            return new ScalarShape(scalar);
        }

        if (!type.IsGenericType)
        {
            return Section(type);
        }

        var item = Shape(type.GetGenericArguments()[^1], attribute);
        return type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>)
            ? new TableShape(item, attribute.Names)
            : new ListShape(item);
    }
}
