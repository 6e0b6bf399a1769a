namespace Broker.Serialization;

/// <summary>
/// Carries values from one serializer to another. Lists keep their order, dicts the order of their keys, and every value its type: integers
/// of 64 bits all their digits, floats stay floats (1.0 never becomes 1), binary stays binary. Stateless and thread-safe.
/// </summary>
/// <remarks>
/// What the target cannot hold:
/// <list type="bullet">
/// <item>
/// An integer outside of -2^63 to 2^64-1, of JSON or CBOR, becomes the nearest float; one beyond the range of a double has no
/// translation.
/// </item>
/// <item>A JSON number with a fraction or an exponent that is beyond the range of a double has no translation.</item>
/// <item>NaN and the infinities have no translation into JSON (RFC 8259, section 6).</item>
/// <item>
/// Text that starts with U+0000 has no translation into JSON, where it would mean binary (WAMP specification, "Binary conversion of
/// JSON strings"). A dict key may start so: keys are text always.
/// </item>
/// </list>
/// CBOR undefined becomes null. Lists and dicts may nest <see cref="DecodeLimits.DepthCeiling"/> levels deep, counting the list that
/// holds the values: they come out of a message that was read under a limit. Between equal serializers the bytes are copied unread; nor is
/// anything read behind the first value that has no translation.
/// </remarks>
public static class Transcoder
{
    private static readonly DecodeLimits Limits = DecodeLimits.Default with { MaxDepth = DecodeLimits.DepthCeiling };

    /// <summary>
    /// Appends values to <paramref name="target"/> in another encoding, as the elements of a list: JSON with commas between them,
    /// without brackets.
    /// </summary>
    /// <param name="from">The serializer of <paramref name="elements"/>.</param>
    /// <param name="elements">
    /// The values as they stand in a list (JSON: with the commas between them). They must not be in the memory of
    /// <paramref name="target"/>.
    /// </param>
    /// <param name="count">How many values there are.</param>
    /// <param name="to">The serializer to write.</param>
    /// <param name="target">Gets the values at its end.</param>
    /// <returns>False when a value has no translation; <paramref name="target"/> then is as it was.</returns>
    /// <exception cref="WampProtocolException">
    /// <paramref name="elements"/> is malformed, or not <paramref name="count"/> values; <paramref name="target"/> is as it was.
    /// </exception>
    public static bool TryTranscode(SerializerKind from, ReadOnlySpan<byte> elements, int count, SerializerKind to, ByteBuffer target)
    {
        if (from == to)
        {
            target.Append(elements);
            return true;
        }

        return from switch
        {
            SerializerKind.Json => TryTranscodeFrom<JsonTokenReader>(elements, count, to, target),
            SerializerKind.MessagePack => TryTranscodeFrom<MessagePackTokenReader>(elements, count, to, target),
            SerializerKind.Cbor => TryTranscodeFrom<CborTokenReader>(elements, count, to, target),
            _ => throw new ArgumentOutOfRangeException(nameof(from)),
        };
    }

    /// <summary>Appends one value to <paramref name="target"/> in another encoding.</summary>
    /// <param name="from">The serializer of <paramref name="value"/>.</param>
    /// <param name="value">One encoded value. It must not be in the memory of <paramref name="target"/>.</param>
    /// <param name="to">The serializer to write.</param>
    /// <param name="target">Gets the value at its end.</param>
    /// <returns>False when the value, or one inside of it, has no translation; <paramref name="target"/> then is as it was.</returns>
    /// <exception cref="WampProtocolException"><paramref name="value"/> is malformed; <paramref name="target"/> is as it was.</exception>
    public static bool TryTranscodeValue(SerializerKind from, ReadOnlySpan<byte> value, SerializerKind to, ByteBuffer target) =>
        TryTranscode(from, value, 1, to, target);

    /// <summary>Writes values of one encoding as elements of a list that is open in another.</summary>
    /// <param name="elements">
    /// The values as they stand in a list (JSON: with the commas between them). They must not be in the memory written to.
    /// </param>
    /// <param name="count">How many values there are.</param>
    /// <param name="writer">Has a list open.</param>
    /// <returns>
    /// False when a value has no translation. The values before it are written then, and maybe a part of it: the caller, whose buffer
    /// it is, truncates.
    /// </returns>
    /// <exception cref="WampProtocolException">
    /// <paramref name="elements"/> is malformed, or not <paramref name="count"/> values; the caller truncates here as well.
    /// </exception>
    public static bool TryTranscode<TReader, TWriter>(ReadOnlySpan<byte> elements, int count, ref TWriter writer)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
        where TWriter : struct, ITokenWriter<TWriter>
    {
        if (TReader.Kind == TWriter.Kind)
        {
            if (!elements.IsEmpty)
            {
                writer.WriteEncoded(elements);
            }

            return true;
        }

        var reader = TReader.CreateSequence(elements, Limits);
        for (; count > 0; count--)
        {
            ReadElement(ref reader);
            if (!TryWrite(ref reader, ref writer))
            {
                return false;
            }
        }

        ReadEnd(ref reader);
        return true;
    }

    private static bool TryTranscodeFrom<TReader>(ReadOnlySpan<byte> elements, int count, SerializerKind to, ByteBuffer target)
        where TReader : struct, ITokenReader<TReader>, allows ref struct =>
        to switch
        {
            SerializerKind.Json => TryTranscode<TReader, JsonTokenWriter>(elements, count, target),
            SerializerKind.MessagePack => TryTranscode<TReader, MessagePackTokenWriter>(elements, count, target),
            SerializerKind.Cbor => TryTranscode<TReader, CborTokenWriter>(elements, count, target),
            _ => throw new ArgumentOutOfRangeException(nameof(to)),
        };

    private static bool TryTranscode<TReader, TWriter>(ReadOnlySpan<byte> elements, int count, ByteBuffer target)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var start = target.Count;
        var complete = false;
        try
        {
            complete = TryWriteElements<TReader, TWriter>(elements, count, target);
            return complete;
        }
        finally
        {
            if (!complete)
            {
                target.Truncate(start);
            }
        }
    }

    /// <summary>No list is open in the target: each value is a root of its own, and what separates them is written here.</summary>
    private static bool TryWriteElements<TReader, TWriter>(ReadOnlySpan<byte> elements, int count, ByteBuffer target)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var reader = TReader.CreateSequence(elements, Limits);
        for (var i = 0; i < count; i++)
        {
            if (TWriter.Kind == SerializerKind.Json && i > 0)
            {
                target.Append((byte)',');
            }

            ReadElement(ref reader);
            var writer = TWriter.Create(target);
            if (!TryWrite(ref reader, ref writer))
            {
                return false;
            }
        }

        ReadEnd(ref reader);
        return true;
    }

    private static void ReadElement<TReader>(ref TReader reader)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (!reader.Read())
        {
            throw new WampProtocolException("There are fewer values than announced.");
        }
    }

    private static void ReadEnd<TReader>(ref TReader reader)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (reader.Read())
        {
            throw new WampProtocolException("There are more values than announced.");
        }
    }

    /// <summary>Writes the current value of the reader. The reader's limit bounds the recursion.</summary>
    private static bool TryWrite<TReader, TWriter>(ref TReader reader, ref TWriter writer)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
        where TWriter : struct, ITokenWriter<TWriter>
    {
        switch (reader.Type)
        {
            case TokenType.Null:
                writer.WriteNull();
                return true;
            case TokenType.False:
                writer.WriteBoolean(value: false);
                return true;
            case TokenType.True:
                writer.WriteBoolean(value: true);
                return true;
            case TokenType.Integer:
                return TryWriteInteger(ref reader, ref writer);
            case TokenType.Float:
                return TryWriteFloat<TReader, TWriter>(reader.GetDouble(), ref writer);
            case TokenType.String:
                var text = reader.GetString();
                if (TWriter.Kind == SerializerKind.Json && text.StartsWith((byte)0))
                {
                    return false;
                }

                writer.WriteString(text);
                return true;
            case TokenType.Binary:
                writer.WriteBinary(reader.GetBinary());
                return true;
            case TokenType.List:
                return TryWriteList(ref reader, ref writer);
            default:
                return TryWriteDict(ref reader, ref writer);
        }
    }

    private static bool TryWriteInteger<TReader, TWriter>(ref TReader reader, ref TWriter writer)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
        where TWriter : struct, ITokenWriter<TWriter>
    {
        if (reader.TryGetInt64(out var signed))
        {
            writer.WriteInteger(signed);
            return true;
        }

        if (reader.TryGetUInt64(out var unsigned))
        {
            writer.WriteInteger(unsigned);
            return true;
        }

        return TryWriteFloat<TReader, TWriter>(reader.GetDouble(), ref writer);
    }

    private static bool TryWriteFloat<TReader, TWriter>(double value, ref TWriter writer)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
        where TWriter : struct, ITokenWriter<TWriter>
    {
        // JSON cannot say infinity: coming from there, it is a number that a double cannot hold.
        if (!double.IsFinite(value) && (TReader.Kind == SerializerKind.Json || TWriter.Kind == SerializerKind.Json))
        {
            return false;
        }

        writer.WriteFloat(value);
        return true;
    }

    private static bool TryWriteList<TReader, TWriter>(ref TReader reader, ref TWriter writer)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var count = 0;
        var mark = writer.OpenList();
        reader.Enter();
        while (reader.Read())
        {
            if (!TryWrite(ref reader, ref writer))
            {
                return false;
            }

            count++;
        }

        writer.CloseList(mark, count);
        return true;
    }

    private static bool TryWriteDict<TReader, TWriter>(ref TReader reader, ref TWriter writer)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var count = 0;
        var mark = writer.OpenDict();
        reader.Enter();
        while (reader.ReadKey(out var key))
        {
            writer.WriteKey(key);
            reader.Read();
            if (!TryWrite(ref reader, ref writer))
            {
                return false;
            }

            count++;
        }

        writer.CloseDict(mark, count);
        return true;
    }
}
