using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Broker.Client.Codecs;
using Broker.Client.Payloads;
using Broker.Client.Transports;
using Broker.Messages;
using Broker.Options;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Client.Sessions;

/// <summary>
/// One session on one transport: queues what is sent, reads what comes, and ends once. The receive loop owns the end: whatever happens elsewhere
/// makes the transport end, and the loop sees that.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The sources have no timers, and their tokens outlive the session in handlers.")]
internal sealed partial class ClientSession
{
    private readonly AuthenticationOffer _offer;
    private readonly IClientTransport _transport;
    private readonly OutboundQueue _outbound;
    private readonly RequestTable _requests = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _ended = new();

    // Under the gate. Set once: from then on nothing is sent any more.
    private CloseReason? _reason;

    private ClientSession(WampClientOptions options, AuthenticationOffer offer, IClientTransport transport)
    {
        Options = options;
        _offer = offer;
        Contracts = JsonContracts.Of(options.JsonOptions);
        _transport = transport;
        _outbound = new OutboundQueue(Gate, transport, options.Serializer, WriteFailed);
        Subscriber = new SubscriberRole(this);
        Caller = new CallerRole(this);
        Callee = new CalleeRole(this);
    }

    /// <summary>Guards what is queued, request ids and the tables: messages leave in the order in which their ids were taken (ID-13).</summary>
    public Lock Gate { get; } = new();

    public WampClientOptions Options { get; }

    public SerializerKind Serializer => Options.Serializer;

    public JsonContracts Contracts { get; }

    public WampSession Facts { get; private set; } = null!; // set before anybody gets the session

    public SubscriberRole Subscriber { get; }

    public CallerRole Caller { get; }

    public CalleeRole Callee { get; }

    /// <summary>Those who wait for a reply of the router.</summary>
    public WaitCount Waits { get; } = new();

    /// <summary>Why the session ended. Completes when the transport is closed. Never throws.</summary>
    public Task<CloseReason> Completion { get; private set; } = null!;

    /// <summary>Canceled when the session starts to close.</summary>
    public CancellationToken Closing => _closing.Token;

    /// <summary>Canceled when the session has ended: what handlers get.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Whether messages may be sent. Under the gate.</summary>
    public bool IsOpen => _reason is null;

    /// <summary>Connects and joins.</summary>
    public static async Task<ClientSession> OpenAsync(WampClientOptions options, CancellationToken cancellationToken)
    {
        var offer = AuthenticationOffer.Begin(options);
        var transport = await TransportConnector.ConnectAsync(options, cancellationToken).ConfigureAwait(false);
        try
        {
            var session = new ClientSession(options, offer, transport);
            var joining = new Joining(options, offer, transport, session._outbound, session.Gate, session.Contracts);
            session.Facts = await joining.JoinAsync(cancellationToken).ConfigureAwait(false);
            session.Completion = Task.Run(session.RunAsync, CancellationToken.None);
            return session;
        }
        catch
        {
            transport.Abort();
            transport.Dispose();
            throw;
        }
    }

    /// <summary>Queues a message; call under the gate and flush or await behind it.</summary>
    /// <param name="request">Waits for the reply. The message takes the next request id even if nobody does.</param>
    /// <param name="message">The message, without its request id.</param>
    /// <exception cref="WampSessionClosedException">The session has ended.</exception>
    /// <exception cref="PayloadSizeExceededException">The router would not take the message; no id is used up.</exception>
    public OutboundBatch Queue(PendingRequest? request, scoped in WampMessage message)
    {
        ThrowIfClosed();
        var numbered = message;
        numbered.RequestId = _requests.NextId;
        var batch = _outbound.Add(numbered);
        _requests.Take(request);
        return batch;
    }

    /// <summary>Queues a message that is about an earlier request and has its id; call under the gate and flush behind it.</summary>
    /// <exception cref="WampSessionClosedException">The session has ended.</exception>
    /// <exception cref="PayloadSizeExceededException">The router would not take the message.</exception>
    public OutboundBatch QueueFollowing(scoped in WampMessage message)
    {
        ThrowIfClosed();
        return _outbound.Add(message);
    }

    /// <summary>Whether the reply to a request is still to come and somebody waits for it. Under the gate.</summary>
    public bool IsAwaited(PendingRequest request) => _requests.IsAwaited(request);

    /// <summary>Nobody waits for the reply any more.</summary>
    public void Abandon(PendingRequest request)
    {
        lock (Gate)
        {
            _requests.Abandon(request);
        }
    }

    /// <summary>Has a batch written without waiting for it: if that fails, the session ends, and with it what waits.</summary>
    public void StartFlush(OutboundBatch batch) => _ = _outbound.FlushAsync(batch);

    /// <summary>Has a batch written. Completes when the transport has taken it.</summary>
    public async Task FlushAsync(OutboundBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            await _outbound.FlushAsync(batch).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (WampSessionClosedException)
        {
            // The write failed; what the router may have said before counts for more.
            throw new WampSessionClosedException(await Completion.WaitAsync(cancellationToken).ConfigureAwait(false));
        }
    }

    /// <summary>Has a queued request written and awaits the reply.</summary>
    /// <exception cref="WampTimeoutException">No reply in time.</exception>
    public async Task<T> AwaitReplyAsync<T>(PendingRequest<T> request, OutboundBatch batch, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var waiting = HandlerScope.BeginWait(this);
        _ = _outbound.FlushAsync(batch); // if that fails, the session ends, and with it the request
        try
        {
            return await request.Reply.WaitAsync(timeout, Options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            Abandon(request);
            if (e is TimeoutException)
            {
                throw new WampTimeoutException(
                    $"{ErrorText.NameOf(request.Type)} {request.Uri} got no reply within {timeout.TotalSeconds:0.###} s: see why the peer is slow, or allow "
                    + "more time.");
            }

            throw;
        }
    }

    /// <summary>Awaits a reply as long as closing may take, whatever it is: for what gives something back.</summary>
    public async Task AwaitQuietlyAsync(PendingRequest<bool> request, OutboundBatch batch)
    {
        try
        {
            await AwaitReplyAsync(request, batch, Options.CloseTimeout, CancellationToken.None).ConfigureAwait(false);
        }
        catch (WampException)
        {
            // Refused, too late or ended: there is nothing left to give back.
        }
    }

    /// <summary>Sends a callee's answer, if the session still is.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="invocation">What it answers, unless it has been answered before; null: nothing that runs.</param>
    public async Task SendQuietlyAsync(Answer answer, RunningInvocation? invocation = null)
    {
        try
        {
            OutboundBatch batch;
            lock (Gate)
            {
                if (invocation?.TryEnd() == false)
                {
                    return;
                }

                ThrowIfClosed();
                batch = Add(answer);
            }

            await _outbound.FlushAsync(batch).ConfigureAwait(false);
        }
        catch (WampSessionClosedException)
        {
            // The router has told the caller.
        }
    }

    /// <summary>Says GOODBYE and waits for the answer, no longer than closing may take; then the transport is closed. Never throws but on cancellation.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        OutboundBatch? goodbye = null;
        PendingRequest[] pending = [];
        lock (Gate)
        {
            if (_reason is null)
            {
                _reason = new CloseReason(CloseUris.CloseRealm, Message: null, CloseOrigin.Client);
                goodbye = _outbound.Add(new WampMessage { Type = MessageType.Goodbye, Uri = Encoding.UTF8.GetBytes(CloseUris.CloseRealm) });
                pending = _requests.Clear();
            }
        }

        if (goodbye is not null)
        {
            Fail(pending, _reason);
            _ = _outbound.FlushAsync(goodbye);
            await _closing.CancelAsync().ConfigureAwait(false);
        }

        try
        {
            await Completion.WaitAsync(Options.CloseTimeout, Options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _transport.Abort();
            await Completion.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _transport.Abort();
            throw;
        }
    }

    /// <summary>Arguments as they are sent.</summary>
    /// <exception cref="WampArgumentException">They cannot be sent, or not be packed.</exception>
    public SentPayload Encode(WampArguments? arguments, PayloadSeal? seal)
    {
        if (seal is not null)
        {
            return seal.Pack(PayloadContent.Of(arguments, Contracts));
        }

        var elements = PayloadWriter.Write(arguments, Serializer, Contracts, out var count);
        return new SentPayload(elements, count, Passthru: null);
    }

    /// <summary>Tells of an exception that nobody else sees.</summary>
    public void ReportFailure(string uri, Exception exception)
    {
        try
        {
            if (Options.HandlerFailed is { } failed)
            {
                failed(new HandlerFailure(uri, exception));
                return;
            }
        }
        catch (Exception e)
        {
            Trace.TraceError("HandlerFailed itself failed: {0}", e);
        }

        Trace.TraceError("A handler of {0} failed: {1}", uri, exception);
    }

    /// <summary>Tells the application that the router took something away; not on the receive loop.</summary>
    public void ReportRevocation(Revocation revocation)
    {
        if (Options.Revoked is { } revoked)
        {
            _ = Task.Run(() =>
            {
                try
                {
                    revoked(revocation);
                }
                catch (Exception e)
                {
                    ReportFailure(revocation.Uri, e);
                }
            });
        }
    }

    private OutboundBatch Add(Answer answer)
    {
        try
        {
            return _outbound.Add(answer.ErrorUri is null
                ? YieldOf(answer.RequestId, answer.Payload)
                : ErrorOf(answer.RequestId, answer.ErrorUri, answer.Payload));
        }
        catch (PayloadSizeExceededException)
        {
            // The caller has to hear something; this always fits.
            return _outbound.Add(ErrorOf(answer.RequestId, ErrorUris.PayloadSizeExceeded, new SentPayload([], 0, Passthru: null)));
        }
    }

    private WampMessage YieldOf(long requestId, in SentPayload payload) => new()
    {
        Type = MessageType.Yield,
        RequestId = requestId,
        Dict = payload.Passthru is null ? [] : ValueEncoder.Encode(Serializer, new CallDict { Passthru = payload.Passthru }),
        Payload = new Payload(payload.Elements, payload.Count),
    };

    private WampMessage ErrorOf(long requestId, string uri, in SentPayload payload) => new()
    {
        Type = MessageType.Error,
        RequestType = MessageType.Invocation,
        RequestId = requestId,
        Dict = payload.Passthru is null ? [] : ValueEncoder.Encode(Serializer, new ErrorDetails { Passthru = payload.Passthru }),
        Uri = Encoding.UTF8.GetBytes(uri),
        Payload = new Payload(payload.Elements, payload.Count),
    };

    private void ThrowIfClosed()
    {
        if (_reason is not null)
        {
            throw new WampSessionClosedException(_reason);
        }
    }

    private WampException WriteFailed(Exception exception)
    {
        _ = CutLaterAsync();
        return new WampSessionClosedException(
            new CloseReason(CloseReason.TransportLost, "The connection was lost: " + exception.Message, CloseOrigin.Transport));
    }

    /// <summary>What the router said before the connection broke may still be on its way in; not for long.</summary>
    private async Task CutLaterAsync()
    {
        try
        {
            await Task.Delay(Options.CloseTimeout, Options.TimeProvider, _ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The receive loop has seen the end.
        }

        _transport.Abort();
    }

    private static void Fail(PendingRequest[] pending, CloseReason reason)
    {
        foreach (var request in pending)
        {
            request.Fail(new WampSessionClosedException(reason));
        }
    }
}
