using System.Text;
using Broker.Messages;
using Broker.Serialization;

namespace Broker.Meta;

/// <summary>What a caller passes to a meta procedure. Reads the payload once; lists and dicts stay encoded until a procedure asks for them.</summary>
internal readonly ref struct MetaArguments
{
    private const int MaxPositional = 8; // no meta procedure takes more
    private const int MaxKeywords = 16;
    private static readonly DecodeLimits Limits = DecodeLimits.Default with { MaxDepth = DecodeLimits.DepthCeiling };

    private readonly SerializerKind _serializer;
    private readonly ReadOnlySpan<byte> _elements;
    private readonly List<MetaArgument> _positional = [];
    private readonly List<KeyValuePair<string, MetaArgument>> _keywords = [];
    private readonly Range _encodedKeywords;

    /// <param name="serializer">The caller's.</param>
    /// <param name="payload">Its payload, which the parser has checked.</param>
    public MetaArguments(SerializerKind serializer, Payload payload)
    {
        _serializer = serializer;
        _elements = payload.Elements;
        if (payload.Count == 0)
        {
            return;
        }

        switch (serializer)
        {
            case SerializerKind.Json:
                _encodedKeywords = Read<JsonTokenReader>();
                break;
            case SerializerKind.MessagePack:
                _encodedKeywords = Read<MessagePackTokenReader>();
                break;
            default:
                _encodedKeywords = Read<CborTokenReader>();
                break;
        }
    }

    /// <summary>How many positional arguments there are.</summary>
    public int Count => _positional.Count;

    /// <summary>A positional argument; absent ones are <see cref="MetaArgument.IsAbsent"/>.</summary>
    public MetaArgument this[int index] => index < _positional.Count ? _positional[index] : default;

    /// <summary>A keyword argument.</summary>
    public MetaArgument this[string keyword]
    {
        get
        {
            foreach (var (key, value) in _keywords)
            {
                if (string.Equals(key, keyword, StringComparison.Ordinal))
                {
                    return value;
                }
            }

            return default;
        }
    }

    /// <summary>The encoded ArgumentsKw dict; empty when there is none.</summary>
    public ReadOnlySpan<byte> EncodedKeywords => _elements[_encodedKeywords];

    /// <summary>The encoded bytes of an argument.</summary>
    public ReadOnlySpan<byte> Encoded(MetaArgument argument) => _elements[argument.Encoded];

    /// <summary>An argument that must be a list of strings.</summary>
    public bool TryGetTexts(MetaArgument argument, out HashSet<string> texts)
    {
        texts = new HashSet<string>(StringComparer.Ordinal);
        return argument.Type == TokenType.List && (_serializer switch
        {
            SerializerKind.Json => TryReadTexts<JsonTokenReader>(Encoded(argument), texts),
            SerializerKind.MessagePack => TryReadTexts<MessagePackTokenReader>(Encoded(argument), texts),
            _ => TryReadTexts<CborTokenReader>(Encoded(argument), texts),
        });
    }

    private static bool TryReadTexts<TReader>(ReadOnlySpan<byte> list, HashSet<string> texts)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var reader = TReader.Create(list, Limits);
        reader.Read();
        reader.Enter();
        while (reader.Read())
        {
            if (reader.Type != TokenType.String)
            {
                return false;
            }

            texts.Add(Encoding.UTF8.GetString(reader.GetString()));
        }

        return true;
    }

    private static MetaArgument Take<TReader>(ref TReader reader)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var (type, start) = (reader.Type, reader.ValueStart);
        var text = type == TokenType.String ? Encoding.UTF8.GetString(reader.GetString()) : null;
        long? integer = type == TokenType.Integer && reader.TryGetInt64(out var value) ? value : null;
        reader.Skip();
        return new MetaArgument(type, integer, text, start..reader.Position);
    }

    /// <summary>Fills both lists and returns where ArgumentsKw stands.</summary>
    private Range Read<TReader>()
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var reader = TReader.CreateSequence(_elements, Limits);
        reader.Read();
        reader.Enter();
        while (reader.Read())
        {
            if (_positional.Count <= MaxPositional)
            {
                _positional.Add(Take(ref reader));
            }
            else
            {
                reader.Skip();
            }
        }

        if (!reader.Read())
        {
            return default;
        }

        var start = reader.ValueStart;
        reader.Enter();
        while (reader.ReadKey(out var key))
        {
            var name = Encoding.UTF8.GetString(key);
            reader.Read();
            if (_keywords.Count < MaxKeywords)
            {
                _keywords.Add(new KeyValuePair<string, MetaArgument>(name, Take(ref reader)));
            }
            else
            {
                reader.Skip();
            }
        }

        return start..reader.Position;
    }
}
