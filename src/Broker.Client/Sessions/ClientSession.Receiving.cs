using System.Text;
using Broker.Client.Payloads;
using Broker.Client.Transports;
using Broker.Messages;
using Broker.Options;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Client.Sessions;

/// <content>The receive loop, which acts on every message and owns the end.</content>
internal sealed partial class ClientSession
{
    private async Task<CloseReason> RunAsync()
    {
        var seen = await ReceiveAsync().ConfigureAwait(false);
        CloseReason reason;
        PendingRequest[] pending;
        lock (Gate)
        {
            reason = _reason ??= seen;
            pending = _requests.Clear();
        }

        Fail(pending, reason);
        Subscriber.End();
        Callee.End();
        await CancelAsync(_closing).ConfigureAwait(false);
        await CancelAsync(_ended).ConfigureAwait(false);
        try
        {
            await _transport.CloseAsync(reason.Uri).WaitAsync(Options.CloseTimeout, Options.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Cut it is.
        }

        _transport.Abort();
        _transport.Dispose();
        return reason;
    }

    /// <summary>Reads until the session has ended. Never throws.</summary>
    private async Task<CloseReason> ReceiveAsync()
    {
        using var message = new ByteBuffer(4096);
        try
        {
            while (true)
            {
                message.Clear();
                if (await _transport.ReceiveAsync(message, _outbound).ConfigureAwait(false) is { } lost)
                {
                    return lost;
                }

                var delivered = Dispatch(message.Written, out var ended);
                if (ended is not null)
                {
                    await AnswerGoodbyeAsync(ended).ConfigureAwait(false);
                    return ended;
                }

                await delivered.ConfigureAwait(false);
            }
        }
        catch (WampProtocolException e)
        {
            var reason = new CloseReason(ErrorUris.ProtocolViolation, "The router broke the protocol: " + e.Message, CloseOrigin.Client);
            await SendLastAsync(MessageType.Abort, ErrorUris.ProtocolViolation, e.Message, reason).ConfigureAwait(false);
            return reason;
        }
        catch (Exception e)
        {
            // A mistake of this client's: it ends this session and nothing else.
            ReportFailure(Options.Realm, e);
            return new CloseReason(ErrorUris.RuntimeError, "The client failed: " + e.Message, CloseOrigin.Client);
        }
    }

    /// <summary>Acts on one message.</summary>
    /// <param name="bytes">The message.</param>
    /// <param name="ended">Why the session ends, if the message says so.</param>
    /// <returns>Completes when the next message may be read.</returns>
    private ValueTask Dispatch(ReadOnlySpan<byte> bytes, out CloseReason? ended)
    {
        ended = null;
        var message = MessageParser.Parse(Serializer, bytes, DecodeLimits.Default);
        switch (message.Type)
        {
            case MessageType.Goodbye or MessageType.Abort:
                ended = new CloseReason(
                    Encoding.UTF8.GetString(message.Uri), CloseDetails.Parse(Serializer, message.Dict).Message ?? FirstText(message), CloseOrigin.Router)
                {
                    IsAbort = message.Type == MessageType.Abort,
                };
                return default;
            case var _ when message.IsExtension || Closing.IsCancellationRequested:
                return default; // after GOODBYE everything else is ignored (SES-32)
            case MessageType.Event:
                return Subscriber.Deliver(message);
            case MessageType.Invocation:
                return Callee.Invoke(message);
            case MessageType.Interrupt:
                Callee.Interrupt(message.RequestId);
                return default;
            case MessageType.Result when ResultDetails.Parse(Serializer, message.Dict).Progress:
                return Continue(message);
            case MessageType.Unsubscribed when message.RequestId == 0:
                Subscriber.Revoked(message);
                return default;
            case MessageType.Unregistered when message.RequestId == 0:
                Callee.Revoked(message);
                return default;
            case MessageType.Result or MessageType.Published or MessageType.Subscribed or MessageType.Unsubscribed
                or MessageType.Registered or MessageType.Unregistered:
                Grant(message);
                return default;
            case MessageType.Error:
                Refuse(message);
                return default;
            case MessageType.Challenge when _offer.MethodsAgain.Contains(Encoding.UTF8.GetString(message.Text)):
                Reauthenticate(message);
                return default;
            default:
                throw new WampProtocolException($"{message.Type} is nothing that a router sends to an open session.");
        }
    }

    /// <summary>A progressive RESULT.</summary>
    private ValueTask Continue(scoped in WampMessage message)
    {
        PendingRequest? request;
        lock (Gate)
        {
            if (_reason is not null)
            {
                return default;
            }

            request = _requests.Continued(message.RequestId);
        }

        return request is PendingCall call ? call.ReportAsync(message) : default;
    }

    private void Grant(scoped in WampMessage message)
    {
        PendingRequest? request;
        lock (Gate)
        {
            if (_reason is not null)
            {
                return;
            }

            request = _requests.Granted(message.Type, message.RequestId);
        }

        request?.Complete(message);
    }

    private void Refuse(scoped in WampMessage message)
    {
        PendingRequest? request;
        lock (Gate)
        {
            if (_reason is not null)
            {
                return;
            }

            request = _requests.Refused(message.RequestType, message.RequestId);
        }

        if (request is not null)
        {
            var seal = PayloadSeal.OfReceived(this, request.Uri, ErrorDetails.Parse(Serializer, message.Dict).Passthru);
            request.Fail(ErrorText.ExceptionOf(
                request, Encoding.UTF8.GetString(message.Uri), new ReceivedPayload(Serializer, message.Payload, Contracts, seal)));
        }
    }

    private string? FirstText(scoped in WampMessage message) =>
        message.Payload.Count == 0 ? null : ErrorText.Explanation(new ReceivedPayload(Serializer, message.Payload, Contracts));

    /// <summary>One GOODBYE is answered by one; the answer to our own, and ABORT, by none (SES-21, SES-30, SES-34).</summary>
    private Task AnswerGoodbyeAsync(CloseReason reason) => reason.IsAbort
        ? Task.CompletedTask
        : SendLastAsync(MessageType.Goodbye, CloseUris.GoodbyeAndOut, said: null, reason);

    /// <summary>Sends a message behind which there is no other, unless one was sent already.</summary>
    private async Task SendLastAsync(MessageType type, string uri, string? said, CloseReason reason)
    {
        OutboundBatch batch;
        lock (Gate)
        {
            if (_reason is not null)
            {
                return;
            }

            _reason = reason;
            batch = _outbound.Add(new WampMessage
            {
                Type = type,
                Uri = Encoding.UTF8.GetBytes(uri),
                Dict = said is null ? [] : ValueEncoder.Encode(Serializer, new CloseDetails { Message = said }),
            });
        }

        try
        {
            await _outbound.FlushAsync(batch).WaitAsync(Options.CloseTimeout, Options.TimeProvider).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WampException or TimeoutException)
        {
            // The transport is closed next anyhow.
        }
    }

    private async Task CancelAsync(CancellationTokenSource source)
    {
        try
        {
            await source.CancelAsync().ConfigureAwait(false);
        }
        catch (AggregateException e)
        {
            ReportFailure(Options.Realm, e); // callbacks of handlers
        }
    }
}
