using Broker.Serialization;
using Broker.Uris;

namespace Broker.Options;

/// <summary>REGISTER.Options as the router reads them.</summary>
internal struct RegisterOptions
{
    /// <summary><c>match</c>.</summary>
    public MatchPolicy Match { get; set; }

    /// <summary><c>invoke</c>.</summary>
    public InvocationPolicy Invoke { get; set; }

    /// <summary><c>disclose_caller</c>: the callee wants to know who calls.</summary>
    public bool DiscloseCaller { get; set; }

    /// <summary><c>forward_timeout</c>: the callee itself sees to the timeouts of calls.</summary>
    public bool ForwardTimeout { get; set; }

    /// <summary>
    /// <c>_concurrency</c>, a private key of this router, or Crossbar.io's <c>concurrency</c>: how many calls of the registration the callee takes at once; 0 for any
    /// number.
    /// </summary>
    public long Concurrency { get; set; }

    /// <summary>Reads an encoded Options dict that <see cref="Messages.MessageParser"/> has sliced.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type, or an unknown value.</exception>
    public static RegisterOptions Parse(SerializerKind serializer, ReadOnlySpan<byte> dict) =>
        OptionValue.IsEmptyDict(dict) ? default : serializer switch
        {
            SerializerKind.Json => Parse<JsonTokenReader>(dict),
            SerializerKind.MessagePack => Parse<MessagePackTokenReader>(dict),
            _ => Parse<CborTokenReader>(dict),
        };

    private static RegisterOptions Parse<TReader>(ReadOnlySpan<byte> dict)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        RegisterOptions options = default;
        var reader = OptionValue.Open<TReader>(dict);
        while (reader.ReadKey(out var key))
        {
            reader.Read();
            if (key.SequenceEqual("match"u8))
            {
                options.Match = MatchOption.Read(ref reader);
            }
            else if (key.SequenceEqual("invoke"u8))
            {
                options.Invoke = ReadInvoke(ref reader);
            }
            else if (key.SequenceEqual("disclose_caller"u8))
            {
                options.DiscloseCaller = OptionValue.Boolean(ref reader, "disclose_caller");
            }
            else if (key.SequenceEqual("forward_timeout"u8))
            {
                options.ForwardTimeout = OptionValue.Boolean(ref reader, "forward_timeout");
            }
            else if (key.SequenceEqual("_concurrency"u8) || key.SequenceEqual("concurrency"u8))
            {
                options.Concurrency = OptionValue.Positive(ref reader, key[0] == (byte)'_' ? "_concurrency" : "concurrency");
            }
            else
            {
                reader.Skip();
            }
        }

        return options;
    }

    private static InvocationPolicy ReadInvoke<TReader>(ref TReader reader)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        switch (OptionValue.Text(ref reader, "invoke"))
        {
            case "single":
                return InvocationPolicy.Single;
            case "first":
                return InvocationPolicy.First;
            case "last":
                return InvocationPolicy.Last;
            case "roundrobin":
                return InvocationPolicy.RoundRobin;
            case "random":
                return InvocationPolicy.Random;
            default:
                OptionValue.Throw("invoke", "single, first, last, roundrobin or random");
                return default;
        }
    }
}
