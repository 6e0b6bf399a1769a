using Broker.Messages;
using Broker.Serialization;

namespace Broker.Options;

/// <summary>CALL.Options as the router reads them.</summary>
internal struct CallOptions
{
    /// <summary><c>timeout</c> in milliseconds; 0 for none.</summary>
    public long Timeout { get; set; }

    /// <summary><c>receive_progress</c>: the caller takes progressive results.</summary>
    public bool ReceiveProgress { get; set; }

    /// <summary><c>progress</c>: more CALLs of the same request follow.</summary>
    public bool Progress { get; set; }

    /// <summary><c>disclose_me</c>: the callee may learn who calls.</summary>
    public bool DiscloseMe { get; set; }

    /// <summary><c>runmode</c> and <c>rkey</c>; null: neither is there.</summary>
    public ShardKeys? Shard { get; set; }

    /// <summary><c>ppt_*</c>: how the payload is sealed; null: it is not.</summary>
    public PassthruOptions? Passthru { get; set; }

    /// <summary>Whether something here goes on to the callee in any case.</summary>
    public readonly bool HasDetails => Progress || Passthru?.IsActive == true || Shard is not null;

    /// <summary>The name of a key that goes on to the callee and whose text has more bytes in UTF-8 than <paramref name="most"/>, or null.</summary>
    public readonly string? KeyLongerThan(int most) => Shard?.KeyLongerThan(most) ?? Passthru?.KeyLongerThan(most);

    /// <summary>Reads an encoded Options dict that <see cref="MessageParser"/> has sliced.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static CallOptions Parse(
        SerializerKind serializer, ReadOnlySpan<byte> dict, MessageDialect dialect = MessageDialect.Specification) =>
        OptionValue.IsEmptyDict(dict) ? default : serializer switch
        {
            SerializerKind.Json => Parse<JsonTokenReader>(dict, dialect),
            SerializerKind.MessagePack => Parse<MessagePackTokenReader>(dict, dialect),
            _ => Parse<CborTokenReader>(dict, dialect),
        };

    private static CallOptions Parse<TReader>(ReadOnlySpan<byte> dict, MessageDialect dialect)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        CallOptions options = default;
        PassthruOptions? passthru = null;
        ShardKeys? shard = null;
        var reader = OptionValue.Open<TReader>(dict);
        while (reader.ReadKey(out var key))
        {
            reader.Read();
            if (key.SequenceEqual("timeout"u8))
            {
                options.Timeout = OptionValue.NotNegative(ref reader, "timeout");
            }
            else if (key.SequenceEqual("receive_progress"u8))
            {
                options.ReceiveProgress = OptionValue.Boolean(ref reader, "receive_progress");
            }
            else if (key.SequenceEqual("progress"u8))
            {
                options.Progress = OptionValue.Boolean(ref reader, "progress");
            }
            else if (key.SequenceEqual("disclose_me"u8))
            {
                options.DiscloseMe = OptionValue.Boolean(ref reader, "disclose_me");
            }
            else if (!ShardKeys.TryRead(ref reader, key, ref shard) && !PassthruOptions.TryRead(ref reader, key, dialect, ref passthru))
            {
                reader.Skip();
            }
        }

        options.Shard = shard;
        options.Passthru = passthru;
        return options;
    }
}
