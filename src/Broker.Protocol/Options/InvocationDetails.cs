using Broker.Messages;
using Broker.Serialization;

namespace Broker.Options;

/// <summary>INVOCATION.Details: read by callees, written by the router.</summary>
public struct InvocationDetails : IEncodable
{
    /// <summary><c>procedure</c>: the procedure called; sent for pattern registrations. Null: absent.</summary>
    public string? Procedure { get; set; }

    /// <summary><c>caller</c>, <c>caller_authid</c>, <c>caller_authrole</c> and <c>trustlevel</c>.</summary>
    public DisclosedPeer Caller { get; set; }

    /// <summary><c>timeout</c> in milliseconds, for the callee to see to; 0 for none.</summary>
    public long Timeout { get; set; }

    /// <summary><c>receive_progress</c>: the caller takes progressive results.</summary>
    public bool ReceiveProgress { get; set; }

    /// <summary><c>progress</c>: more INVOCATIONs of the same request follow.</summary>
    public bool Progress { get; set; }

    /// <summary><c>runmode</c> and <c>rkey</c>; null: neither is there.</summary>
    public ShardKeys? Shard { get; set; }

    /// <summary><c>ppt_*</c>: how the payload is sealed; null: it is not.</summary>
    public PassthruOptions? Passthru { get; set; }

    /// <summary>Reads an encoded Details dict that <see cref="MessageParser"/> has sliced.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static InvocationDetails Parse(SerializerKind serializer, ReadOnlySpan<byte> dict) =>
        OptionValue.IsEmptyDict(dict) ? default : serializer switch
        {
            SerializerKind.Json => Parse<JsonTokenReader>(dict),
            SerializerKind.MessagePack => Parse<MessagePackTokenReader>(dict),
            _ => Parse<CborTokenReader>(dict),
        };

    /// <inheritdoc/>
    public readonly void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        writer.CloseDict(mark, WriteEntries(ref writer));
    }

    /// <summary>Writes the keys into a dict that is open, next to others.</summary>
    /// <returns>How many keys were written.</returns>
    public readonly int WriteEntries<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var count = 0;
        count += DictEntry.Text(ref writer, "procedure"u8, Procedure);
        count += Caller.WriteEntries(ref writer, DisclosedPeer.Keys.Caller);
        if (Timeout != 0)
        {
            count += DictEntry.Integer(ref writer, "timeout"u8, Timeout);
        }

        if (ReceiveProgress)
        {
            count += DictEntry.Boolean(ref writer, "receive_progress"u8, true);
        }

        if (Progress)
        {
            count += DictEntry.Boolean(ref writer, "progress"u8, true);
        }

        return count + (Shard?.WriteEntries(ref writer) ?? 0) + (Passthru?.WriteEntries(ref writer) ?? 0);
    }

    private static InvocationDetails Parse<TReader>(ReadOnlySpan<byte> dict)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        InvocationDetails read = default;
        var caller = default(DisclosedPeer);
        PassthruOptions? passthru = null;
        ShardKeys? shard = null;
        var reader = OptionValue.Open<TReader>(dict);
        while (reader.ReadKey(out var key))
        {
            reader.Read();
            if (key.SequenceEqual("procedure"u8))
            {
                read.Procedure = OptionValue.TextOrNull(ref reader, "procedure");
            }
            else if (key.SequenceEqual("timeout"u8))
            {
                read.Timeout = OptionValue.NotNegative(ref reader, "timeout");
            }
            else if (key.SequenceEqual("receive_progress"u8))
            {
                read.ReceiveProgress = OptionValue.Boolean(ref reader, "receive_progress");
            }
            else if (key.SequenceEqual("progress"u8))
            {
                read.Progress = OptionValue.Boolean(ref reader, "progress");
            }
            else if (!caller.TryRead(ref reader, key, DisclosedPeer.Keys.Caller)
                && !ShardKeys.TryRead(ref reader, key, ref shard)
                && !PassthruOptions.TryRead(ref reader, key, MessageDialect.Specification, ref passthru))
            {
                reader.Skip();
            }
        }

        read.Caller = caller;
        read.Shard = shard;
        read.Passthru = passthru;
        return read;
    }
}
