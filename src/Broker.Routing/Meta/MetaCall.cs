using Broker.Messages;
using Broker.Rpc;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Meta;

/// <summary>
/// A call to a meta procedure: who calls (CID-07), with what, and how it is answered. Each is answered exactly once, by one RESULT or
/// ERROR, before which some may send parts of the result.
/// </summary>
internal readonly ref struct MetaCall(Session caller, long requestId, MetaArguments arguments, bool takesParts)
{
    /// <summary>Who calls.</summary>
    public Session Caller { get; } = caller;

    /// <summary>With what.</summary>
    public MetaArguments Arguments { get; } = arguments;

    /// <summary>Whether the caller asked for progressive results.</summary>
    public bool TakesParts { get; } = takesParts;

    /// <summary>Answers by RESULT without a value.</summary>
    public void Return() => Caller.Send(new WampMessage { Type = MessageType.Result, RequestId = requestId });

    /// <summary>Answers by RESULT with one value.</summary>
    public void Return<TValue>(TValue value)
        where TValue : IEncodable
    {
        if (TrySend(Encode(new ArgumentList<TValue>(value))) == SendResult.TooLong)
        {
            Fail(ErrorUris.PayloadSizeExceeded, "The result is longer than the caller takes.");
        }
    }

    /// <summary>Answers by RESULT with a list and a dict of its own, unless that is longer than the caller takes.</summary>
    public SendResult TryReturn<TArguments, TArgumentsKw>(TArguments arguments, TArgumentsKw argumentsKw)
        where TArguments : IEncodable
        where TArgumentsKw : IEncodable => TrySend(Encode(arguments, argumentsKw));

    /// <summary>How long the RESULT would be; nothing is sent.</summary>
    public int Measure<TArguments, TArgumentsKw>(TArguments arguments, TArgumentsKw argumentsKw)
        where TArguments : IEncodable
        where TArgumentsKw : IEncodable
    {
        using var reply = new OutboundMessage();
        reply.Encode(Caller.Serializer, Result(Encode(arguments, argumentsKw)));
        return reply.Bytes.Length;
    }

    /// <summary>Sends a part of the result by a progressive RESULT. Dropped where the caller reads too slowly: the final RESULT must tell what is missing.</summary>
    public SendResult TrySendPart<TArguments>(TArguments arguments)
        where TArguments : IEncodable => Caller.Send(
            new WampMessage
            {
                Type = MessageType.Result,
                RequestId = requestId,
                Dict = FixedDict.ProgressiveResult.For(Caller.Serializer),
                Payload = Encode(arguments),
            },
            isDroppable: true);

    /// <summary>Answers by ERROR.</summary>
    public void Fail(string error, string text) => Caller.SendError(MessageType.Call, requestId, error, text);

    /// <summary>Answers by ERROR: the arguments are not what the procedure takes (SME-19, RME-11).</summary>
    /// <param name="signature">What it takes.</param>
    public void RefuseArguments(string signature) => Fail(ErrorUris.InvalidArgument, $"The procedure takes {signature}.");

    private Payload Encode<TArguments>(TArguments arguments)
        where TArguments : IEncodable
    {
        var elements = RoutingScratch.Current.Arguments;
        elements.Clear();
        ValueEncoder.Encode(Caller.Serializer, elements, arguments);
        return new Payload(elements.Written, 1);
    }

    private Payload Encode<TArguments, TArgumentsKw>(TArguments arguments, TArgumentsKw argumentsKw)
        where TArguments : IEncodable
        where TArgumentsKw : IEncodable
    {
        Encode(arguments);
        var elements = RoutingScratch.Current.Arguments;
        if (Caller.Serializer == SerializerKind.Json)
        {
            elements.Append((byte)','); // payloads are slices of the message list
        }

        ValueEncoder.Encode(Caller.Serializer, elements, argumentsKw);
        return new Payload(elements.Written, 2);
    }

    private WampMessage Result(Payload payload) => new() { Type = MessageType.Result, RequestId = requestId, Payload = payload };

    private SendResult TrySend(Payload payload) => Caller.Send(Result(payload));
}
