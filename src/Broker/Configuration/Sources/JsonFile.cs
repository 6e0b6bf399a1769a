using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Broker.Configuration.Documents;
using Broker.Configuration.Keys;

namespace Broker.Configuration.Sources;

/// <summary>Reads JSON with comments and trailing commas into nodes that know their lines.</summary>
internal ref struct JsonFile
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly string _source;
    private readonly bool _hasLines;
    private readonly List<Fault> _faults;
    private Utf8JsonReader _reader;
    private int _line = 1;
    private long _lineAt;

    private JsonFile(ReadOnlySpan<byte> bytes, string source, bool hasLines, List<Fault> faults)
    {
        _bytes = bytes;
        _source = source;
        _hasLines = hasLines;
        _faults = faults;
        var options = new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        _reader = new Utf8JsonReader(bytes, options);
    }

    /// <summary>Reads one value.</summary>
    /// <param name="bytes">The text in UTF-8.</param>
    /// <param name="source">Its name.</param>
    /// <param name="hasLines">Whether lines help to find something in it.</param>
    /// <param name="faults">Where faults go.</param>
    /// <returns>Null when it is no JSON.</returns>
    public static ConfigurationNode? Read(ReadOnlySpan<byte> bytes, string source, bool hasLines, List<Fault> faults)
    {
        var file = new JsonFile(JsonText.WithoutMark(bytes), source, hasLines, faults);
        try
        {
            file._reader.Read();
            var node = file.ReadValue(KeyPath.Root);
            file._reader.Read(); // nothing may follow
            return node;
        }
        catch (JsonException exception)
        {
            var origin = new Origin(source, hasLines ? (int)(exception.LineNumber ?? 0) + 1 : 0);
            faults.Add(new Fault(origin, KeyPath.Root, $"This is no JSON: {Reason(exception)}"));
            return null;
        }
        catch (InvalidOperationException)
        {
            faults.Add(new Fault(file.Here(), KeyPath.Root, Utf8.IsValid(bytes)
                ? @"Half of a surrogate pair (\ud800 to \udfff) is no character: write both halves, or the character itself."
                : "This text is not in UTF-8."));
            return null;
        }
    }

    private static string Reason(JsonException exception)
    {
        var position = exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var reason = position < 0 ? exception.Message : exception.Message[..position];
        return exception.BytePositionInLine is { } column
            ? string.Create(CultureInfo.InvariantCulture, $"{reason.TrimEnd('.')} (column {column + 1}).")
            : reason;
    }

    private ConfigurationNode ReadValue(KeyPath path)
    {
        var origin = Here();
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadSection(new ConfigurationNode(NodeKind.Section, origin), path);
            case JsonTokenType.StartArray:
                var list = new ConfigurationNode(NodeKind.List, origin);
                while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
                {
                    list.Items.Add(ReadValue(path[list.Items.Count]));
                }

                return list;
            case JsonTokenType.String:
                return new ConfigurationNode(NodeKind.Text, origin, _reader.GetString()!);
            case JsonTokenType.Number:
                return new ConfigurationNode(NodeKind.Number, origin, Encoding.UTF8.GetString(_reader.ValueSpan));
            case JsonTokenType.Null:
                return new ConfigurationNode(NodeKind.Null, origin);
            default:
                return new ConfigurationNode(NodeKind.Boolean, origin, _reader.TokenType == JsonTokenType.True ? "true" : "false");
        }
    }

    private ConfigurationNode ReadSection(ConfigurationNode section, KeyPath path)
    {
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            var name = _reader.GetString()!;
            var at = Here();
            _reader.Read();
            var value = ReadValue(path[name]);
            if (!section.Members.TryAdd(name, value))
            {
                var first = section.Members[name].Origin.Line;
                _faults.Add(new Fault(at, path[name], $"This key is there twice; the first one is in line {first}."));
            }
        }

        return section;
    }

    /// <summary>The line of the current token: lines are counted as the reader moves on.</summary>
    private Origin Here()
    {
        if (!_hasLines)
        {
            return new Origin(_source);
        }

        _line += _bytes[(int)_lineAt..(int)_reader.TokenStartIndex].Count((byte)'\n');
        _lineAt = _reader.TokenStartIndex;
        return new Origin(_source, _line);
    }
}
