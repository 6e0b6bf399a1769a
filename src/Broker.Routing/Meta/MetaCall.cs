using Broker.Messages;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Meta;

/// <summary>A call to a meta procedure: who calls, with what, and how it is answered. Each is answered exactly once.</summary>
internal readonly ref struct MetaCall(Session caller, long requestId, MetaArguments arguments)
{
    /// <summary>Who calls.</summary>
    public Session Caller { get; } = caller;

    /// <summary>With what.</summary>
    public MetaArguments Arguments { get; } = arguments;

    /// <summary>Answers by RESULT without a value.</summary>
    public void Return() => Caller.Send(new WampMessage { Type = MessageType.Result, RequestId = requestId });

    /// <summary>Answers by RESULT with one value.</summary>
    public void Return<TValue>(TValue value)
        where TValue : IEncodable
    {
        var elements = RoutingScratch.Current.Arguments;
        elements.Clear();
        ValueEncoder.Encode(Caller.Serializer, elements, new ArgumentList<TValue>(value));
        var sent = Caller.Send(
            new WampMessage { Type = MessageType.Result, RequestId = requestId, Payload = new Payload(elements.Written, 1) });
        if (sent == SendResult.TooLong)
        {
            Fail(ErrorUris.PayloadSizeExceeded, "The result is longer than the caller takes.");
        }
    }

    /// <summary>Answers by ERROR.</summary>
    public void Fail(string error, string text) => Caller.SendError(MessageType.Call, requestId, error, text);

    /// <summary>Answers by ERROR: the arguments are not what the procedure takes (SME-19, RME-11).</summary>
    /// <param name="signature">What it takes.</param>
    public void RefuseArguments(string signature) => Fail(ErrorUris.InvalidArgument, $"The procedure takes {signature}.");
}
