using Broker.Messages;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Meta;

/// <summary>A call to a meta procedure: who calls, with what, and how it is answered. Each is answered exactly once.</summary>
internal readonly ref struct MetaCall(Session caller, long requestId, MetaArguments arguments, bool isAuthorized)
{
    /// <summary>Who calls.</summary>
    public Session Caller { get; } = caller;

    /// <summary>With what.</summary>
    public MetaArguments Arguments { get; } = arguments;

    /// <summary>Whether the rules of the caller's role allow the call; false where the realm names no roles.</summary>
    public bool IsAuthorized { get; } = isAuthorized;

    /// <summary>Answers by RESULT without a value.</summary>
    public void Return() => Caller.Send(new WampMessage { Type = MessageType.Result, RequestId = requestId });

    /// <summary>Answers by RESULT with one value.</summary>
    public void Return<TValue>(TValue value)
        where TValue : IEncodable
    {
        var elements = RoutingScratch.Current.Arguments;
        elements.Clear();
        ValueEncoder.Encode(Caller.Serializer, elements, new ArgumentList<TValue>(value));
        Return(new Payload(elements.Written, 1));
    }

    /// <summary>Answers by RESULT with a list and a dict of its own.</summary>
    public void Return<TArguments, TArgumentsKw>(TArguments arguments, TArgumentsKw argumentsKw)
        where TArguments : IEncodable
        where TArgumentsKw : IEncodable
    {
        var elements = RoutingScratch.Current.Arguments;
        elements.Clear();
        ValueEncoder.Encode(Caller.Serializer, elements, arguments);
        if (Caller.Serializer == SerializerKind.Json)
        {
            elements.Append((byte)','); // payloads are slices of the message list
        }

        ValueEncoder.Encode(Caller.Serializer, elements, argumentsKw);
        Return(new Payload(elements.Written, 2));
    }

    /// <summary>Answers by ERROR.</summary>
    public void Fail(string error, string text) => Caller.SendError(MessageType.Call, requestId, error, text);

    /// <summary>Answers by ERROR: the arguments are not what the procedure takes (SME-19, RME-11).</summary>
    /// <param name="signature">What it takes.</param>
    public void RefuseArguments(string signature) => Fail(ErrorUris.InvalidArgument, $"The procedure takes {signature}.");

    private void Return(Payload payload)
    {
        var sent = Caller.Send(new WampMessage { Type = MessageType.Result, RequestId = requestId, Payload = payload });
        if (sent == SendResult.TooLong)
        {
            Fail(ErrorUris.PayloadSizeExceeded, "The result is longer than the caller takes.");
        }
    }
}
