using Broker.Client.Codecs;
using Broker.Client.Payloads;
using Broker.Messages;
using Broker.Uris;

namespace Broker.Client.Sessions;

/// <summary>Makes the exception of an ERROR.</summary>
internal static class ErrorText
{
    public static WampException ExceptionOf(PendingRequest request, string errorUri, ReceivedPayload payload)
    {
        WampArgumentException? unreadable = null;
        try
        {
            payload.Open();
        }
        catch (WampArgumentException e)
        {
            // Where the peer would have put its sentence stands why there is none.
            unreadable = e;
            payload = PayloadContent.Of([e.Message]).Payload;
        }

        var text = Explanation(payload) is { } said ? ": " + said : "";
        var remedy = RemedyOf(errorUri, request.Uri) is { } advice ? " " + advice : "";
        var message = $"{NameOf(request.Type)} {request.Uri} failed with {errorUri}{text}{(text.EndsWith('.') ? "" : ".")}{remedy}";
        return errorUri == ErrorUris.Timeout ? new WampTimeoutException(message) : new WampException(errorUri, message, payload, unreadable);
    }

    public static string NameOf(MessageType type) => type switch
    {
        MessageType.Call => "Calling",
        MessageType.Register => "Registering",
        MessageType.Unregister => "Unregistering",
        MessageType.Subscribe => "Subscribing to",
        MessageType.Unsubscribe => "Unsubscribing from",
        _ => "Publishing to",
    };

    /// <summary>The first argument, if it is text: where most peers put a sentence for a person.</summary>
    public static string? Explanation(ReceivedPayload payload)
    {
        try
        {
            return payload.Arguments.Count > 0 ? payload.Arguments.Get<string>(0) : null;
        }
        catch (WampArgumentException)
        {
            return null;
        }
    }

    private static string? RemedyOf(string errorUri, string uri) => errorUri switch
    {
        ErrorUris.NoSuchProcedure => $"Start the callee that registers {uri}, or check the spelling.",
        ErrorUris.ProcedureAlreadyExists => $"Register {uri} once, or share it by an invocation policy.",
        ErrorUris.NotAuthorized => "Have the role of this session permitted to do so at the router.",
        ErrorUris.PayloadSizeExceeded => "Send less at once, or raise the receiver's limit.",
        // What other routers say when a callee has left.
        ErrorUris.Canceled or "wamp.error.cancelled" or "wamp.error.no_eligible_callee" or "wamp.error.callee_unregistered" =>
            "The call was canceled, or its callee has left: try again.",
        _ => null,
    };
}
