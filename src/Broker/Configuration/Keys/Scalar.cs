using System.Text.Json.Nodes;

namespace Broker.Configuration.Keys;

/// <summary>How a scalar stands in the file.</summary>
internal enum Literal
{
    /// <summary>In quotes.</summary>
    Text,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,
}

/// <summary>A kind of value without parts: how it is read, written and described.</summary>
internal sealed record Scalar
{
    /// <summary>The type of its values.</summary>
    public Type Type { get; init; } = typeof(string);

    /// <summary>Its name in the documentation.</summary>
    public required string Name { get; init; }

    /// <summary>What to write, as the end of a sentence: <c>a number and its unit, such as 20s</c>.</summary>
    public required string Remedy { get; init; }

    /// <summary>How it stands in the file.</summary>
    public Literal Literal { get; init; }

    /// <summary>Reads the text; null when it is no such value.</summary>
    public required Func<string, object?> TryRead { get; init; }

    /// <summary>Says more closely why a text is no such value; null: nothing more is to be said.</summary>
    public Func<string, string>? Explain { get; init; }

    /// <summary>Writes a value as it is written in the file, without quotes.</summary>
    public Func<object, string> Write { get; init; } = value => value.ToString()!;

    /// <summary>What its JSON Schema says besides the type.</summary>
    public JsonObject Schema { get; init; } = [];

    /// <summary>The least and the largest value; null: there is none.</summary>
    public (object? Min, object? Max) Range { get; init; }

    /// <summary>Whether it is never printed.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Whether it names a file that the router reads by itself.</summary>
    public bool NamesFile { get; init; }

    /// <summary>Reads a value and sees that it is within the range.</summary>
    /// <param name="text">The text.</param>
    /// <param name="shown">How a fault may show it.</param>
    /// <param name="fault">What is wrong and what to write instead; null for nothing.</param>
    public object? Read(string text, string shown, out string? fault)
    {
        var value = TryRead(text);
        fault = value is not null
            ? OutOfRange(value, shown)
            : Explain is not null && shown == text ? Explain(text) : $"{Quote(shown)} is no {Name}: write {Remedy}.";
        return fault is null ? value : null;
    }

    private string? OutOfRange(object value, string shown)
    {
        if (Range.Min is not null && Comparer<object>.Default.Compare(value, Range.Min) < 0)
        {
            return $"{Quote(shown)} is too small: the least is {Write(Range.Min)}.";
        }

        return Range.Max is not null && Comparer<object>.Default.Compare(value, Range.Max) > 0
            ? $"{Quote(shown)} is too large: the most is {Write(Range.Max)}."
            : null;
    }

    private string Quote(string shown) => IsSecret ? "The value" : $"'{shown}'";
}
