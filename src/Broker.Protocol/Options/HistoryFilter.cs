using System.Text;
using Broker.Ids;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Options;

/// <summary>
/// Which events of a history are asked for: the ArgumentsKw of <c>wamp.subscription.get_events</c> (WAMP specification, "Event History"). All that is there must
/// hold of an event. Written by clients, read by the router.
/// </summary>
public readonly record struct HistoryFilter : IEncodable
{
    /// <summary><c>reverse</c>: the latest event first.</summary>
    public bool Reverse { get; init; }

    /// <summary><c>limit</c>: the most events, counted from where <see cref="Reverse"/> starts; at least 1.</summary>
    public long? Limit { get; init; }

    /// <summary><c>from_time</c>: at this time or later.</summary>
    public DateTimeOffset? FromTime { get; init; }

    /// <summary><c>after_time</c>: later.</summary>
    public DateTimeOffset? AfterTime { get; init; }

    /// <summary><c>before_time</c>: earlier.</summary>
    public DateTimeOffset? BeforeTime { get; init; }

    /// <summary><c>until_time</c>: at this time or earlier.</summary>
    public DateTimeOffset? UntilTime { get; init; }

    /// <summary><c>topic</c>: of this very topic.</summary>
    public string? Topic { get; init; }

    /// <summary><c>from_publication</c>: this publication or one behind it.</summary>
    public long? FromPublication { get; init; }

    /// <summary><c>after_publication</c>: behind it.</summary>
    public long? AfterPublication { get; init; }

    /// <summary><c>before_publication</c>: before it.</summary>
    public long? BeforePublication { get; init; }

    /// <summary><c>until_publication</c>: this publication or one before it.</summary>
    public long? UntilPublication { get; init; }

    /// <summary>Reads an encoded ArgumentsKw dict that <see cref="Messages.MessageParser"/> has checked; an empty slice stands for none. Null values are absent.</summary>
    /// <param name="serializer">Of the dict.</param>
    /// <param name="argumentsKw">The dict.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="problem">Otherwise, which value is wrong, as a sentence (<see cref="ErrorUris.InvalidArgument"/>).</param>
    public static bool TryParse(SerializerKind serializer, ReadOnlySpan<byte> argumentsKw, out HistoryFilter filter, out string problem)
    {
        filter = default;
        problem = "";
        if (OptionValue.IsEmptyDict(argumentsKw))
        {
            return true;
        }

        var wrong = serializer switch
        {
            SerializerKind.Json => Parse<JsonTokenReader>(argumentsKw, ref filter),
            SerializerKind.MessagePack => Parse<MessagePackTokenReader>(argumentsKw, ref filter),
            _ => Parse<CborTokenReader>(argumentsKw, ref filter),
        };
        problem = wrong is null ? "" : $"{wrong} has not the value that wamp.subscription.get_events takes.";
        return wrong is null;
    }

    /// <inheritdoc/>
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        var count = Reverse ? DictEntry.Boolean(ref writer, "reverse"u8, true) : 0;
        count += DictEntry.Integer(ref writer, "limit"u8, Limit);
        count += DictEntry.Text(ref writer, "from_time"u8, Text(FromTime));
        count += DictEntry.Text(ref writer, "after_time"u8, Text(AfterTime));
        count += DictEntry.Text(ref writer, "before_time"u8, Text(BeforeTime));
        count += DictEntry.Text(ref writer, "until_time"u8, Text(UntilTime));
        count += DictEntry.Text(ref writer, "topic"u8, Topic);
        count += DictEntry.Integer(ref writer, "from_publication"u8, FromPublication);
        count += DictEntry.Integer(ref writer, "after_publication"u8, AfterPublication);
        count += DictEntry.Integer(ref writer, "before_publication"u8, BeforePublication);
        count += DictEntry.Integer(ref writer, "until_publication"u8, UntilPublication);
        writer.CloseDict(mark, count);
    }

    private static string? Text(DateTimeOffset? time) => time is { } value ? Rfc3339.FormatExactly(value) : null;

    /// <summary>Reads all keys; returns the first whose value is wrong, or null.</summary>
    private static string? Parse<TReader>(ReadOnlySpan<byte> dict, ref HistoryFilter filter)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var reader = OptionValue.Open<TReader>(dict);
        while (reader.ReadKey(out var key))
        {
            reader.Read();
            if (reader.Type != TokenType.Null && !TryRead(ref reader, key, ref filter))
            {
                return Encoding.UTF8.GetString(key);
            }

            reader.Skip();
        }

        return null;
    }

    private static bool TryRead<TReader>(ref TReader reader, ReadOnlySpan<byte> key, ref HistoryFilter filter)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (key.EndsWith("_time"u8))
        {
            return TryReadTime(ref reader, key, ref filter);
        }

        if (key.EndsWith("_publication"u8))
        {
            return TryReadPublication(ref reader, key, ref filter);
        }

        if (key.SequenceEqual("reverse"u8))
        {
            filter = filter with { Reverse = reader.Type == TokenType.True };
            return reader.Type is TokenType.True or TokenType.False;
        }

        if (key.SequenceEqual("limit"u8))
        {
            var isLimit = reader.TryGetInt64(out var limit) && limit > 0;
            filter = filter with { Limit = limit };
            return isLimit;
        }

        if (key.SequenceEqual("topic"u8))
        {
            var isText = reader.Type == TokenType.String;
            filter = filter with { Topic = isText ? Encoding.UTF8.GetString(reader.GetString()) : null };
            return isText;
        }

        return true;
    }

    private static bool TryReadTime<TReader>(ref TReader reader, ReadOnlySpan<byte> key, ref HistoryFilter filter)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var time = default(DateTimeOffset);
        var isTime = reader.Type == TokenType.String && Rfc3339.TryParse(Encoding.UTF8.GetString(reader.GetString()), out time);
        if (key.SequenceEqual("from_time"u8))
        {
            filter = filter with { FromTime = time };
        }
        else if (key.SequenceEqual("after_time"u8))
        {
            filter = filter with { AfterTime = time };
        }
        else if (key.SequenceEqual("before_time"u8))
        {
            filter = filter with { BeforeTime = time };
        }
        else if (key.SequenceEqual("until_time"u8))
        {
            filter = filter with { UntilTime = time };
        }
        else
        {
            return true;
        }

        return isTime;
    }

    private static bool TryReadPublication<TReader>(ref TReader reader, ReadOnlySpan<byte> key, ref HistoryFilter filter)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var isId = reader.TryGetInt64(out var id) && WampId.IsValid(id);
        if (key.SequenceEqual("from_publication"u8))
        {
            filter = filter with { FromPublication = id };
        }
        else if (key.SequenceEqual("after_publication"u8))
        {
            filter = filter with { AfterPublication = id };
        }
        else if (key.SequenceEqual("before_publication"u8))
        {
            filter = filter with { BeforePublication = id };
        }
        else if (key.SequenceEqual("until_publication"u8))
        {
            filter = filter with { UntilPublication = id };
        }
        else
        {
            return true;
        }

        return isId;
    }
}
