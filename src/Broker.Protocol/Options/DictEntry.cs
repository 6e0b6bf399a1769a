using System.Text;
using Broker.Serialization;

namespace Broker.Options;

/// <summary>Writes entries of Options and Details. Each returns how many it wrote: 0 for a value that is absent.</summary>
internal static class DictEntry
{
    private const int MaxOnStack = 192;

    public static int Text<TWriter>(ref TWriter writer, ReadOnlySpan<byte> key, string? value)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        if (value is null)
        {
            return 0;
        }

        writer.WriteKey(key);
        if (value.Length > MaxOnStack / 3)
        {
            writer.WriteString(Encoding.UTF8.GetBytes(value));
            return 1;
        }

        Span<byte> utf8 = stackalloc byte[MaxOnStack];
        writer.WriteString(utf8[..Encoding.UTF8.GetBytes(value, utf8)]);
        return 1;
    }

    public static int Integer<TWriter>(ref TWriter writer, ReadOnlySpan<byte> key, long value)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        writer.WriteKey(key);
        writer.WriteInteger(value);
        return 1;
    }

    public static int Integer<TWriter>(ref TWriter writer, ReadOnlySpan<byte> key, long? value)
        where TWriter : struct, ITokenWriter<TWriter> =>
        value is { } number ? Integer(ref writer, key, number) : 0;

    public static int Boolean<TWriter>(ref TWriter writer, ReadOnlySpan<byte> key, bool value)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        writer.WriteKey(key);
        writer.WriteBoolean(value);
        return 1;
    }

    public static int TextList<TWriter>(ref TWriter writer, ReadOnlySpan<byte> key, IReadOnlyCollection<string>? values)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        if (values is null)
        {
            return 0;
        }

        writer.WriteKey(key);
        writer.WriteListStart(values.Count);
        foreach (var value in values)
        {
            writer.WriteString(Encoding.UTF8.GetBytes(value));
        }

        writer.WriteListEnd();
        return 1;
    }
}
