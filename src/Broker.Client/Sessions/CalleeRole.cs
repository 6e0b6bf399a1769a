using System.Text;
using Broker.Client.Payloads;
using Broker.Client.Transports;
using Broker.Messages;
using Broker.Options;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Client.Sessions;

/// <summary>The procedures of a session. Each invocation runs on the thread pool, beside the others and beside the receive loop.</summary>
internal sealed class CalleeRole(ClientSession session)
{
    // All under the session's gate.
    private readonly Dictionary<long, WampRegistration> _registrations = [];
    private readonly Dictionary<WampInvocation, Running> _running = new(ReferenceEqualityComparer.Instance);

    public async Task<WampRegistration> RegisterAsync(
        string procedure,
        Func<WampInvocation, CancellationToken, ValueTask<WampArguments?>> handler,
        RegisterOptions options,
        CancellationToken cancellationToken)
    {
        var registration = new WampRegistration(session, procedure, options, handler);
        var request = new PendingRequest<WampRegistration>(
            MessageType.Register, procedure, (scoped in WampMessage reply) => Attach(registration, reply.RegistrationId));
        OutboundBatch batch;
        lock (session.Gate)
        {
            batch = session.Queue(request, new WampMessage
            {
                Type = MessageType.Register,
                Uri = Encoding.UTF8.GetBytes(procedure),
                Dict = options == new RegisterOptions() ? [] : ValueEncoder.Encode(session.Serializer, new RegisterDict(options)),
            });
        }

        try
        {
            return await session.AwaitReplyAsync(request, batch, session.Options.RequestTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // REGISTERED may be on its way or even here: nobody holds the handle.
            _ = registration.DisposeAsync().AsTask();
            throw;
        }
    }

    /// <summary>Sends UNREGISTER. Invocations that come before UNREGISTERED are still answered.</summary>
    public async ValueTask UnregisterAsync(WampRegistration registration)
    {
        PendingRequest<bool> request;
        OutboundBatch batch;
        lock (session.Gate)
        {
            if (!session.IsOpen || !_registrations.ContainsKey(registration.Id))
            {
                return;
            }

            (request, batch) = QueueUnregister(registration);
        }

        await session.AwaitQuietlyAsync(request, batch).ConfigureAwait(false);
    }

    /// <summary>INVOCATION: started and left to itself. Ids need not be in sequence: some routers count for all their sessions at once.</summary>
    public void Invoke(scoped in WampMessage message)
    {
        WampRegistration? registration;
        lock (session.Gate)
        {
            _registrations.TryGetValue(message.RegistrationId, out registration);
        }

        if (registration is null)
        {
            var exception = new WampException(ErrorUris.NoSuchRegistration, "The callee has no such registration.");
            _ = session.SendQuietlyAsync(ErrorOf(message.RequestId, exception));
            return;
        }

        var details = ReceivedDict.Of(session.Serializer, message.Dict, session.Contracts);
        var procedure = registration.Options.Match == MatchPolicy.Exact ? registration.Procedure : ProcedureOf(details) ?? registration.Procedure;
        var payload = new ReceivedPayload(session.Serializer, message.Payload, session.Contracts);
        var invocation = new WampInvocation(message.RequestId, procedure, details, payload);
        var running = new Running(CancellationTokenSource.CreateLinkedTokenSource(session.Ended));
        lock (session.Gate)
        {
            _running[invocation] = running;
        }

        running.Task = Task.Run(() => RunAsync(registration, invocation, running));
    }

    /// <summary>INTERRUPT: cancels the invocation's token, whatever the mode; the answer is the handler's. Unknown ones have ended (CAN-15).</summary>
    public void Interrupt(long requestId)
    {
        Running? running;
        lock (session.Gate)
        {
            running = _running.FirstOrDefault(entry => entry.Key.RequestId == requestId).Value;
        }

        if (running is not null)
        {
            _ = CancelAsync(running);
        }
    }

    /// <summary><c>[UNREGISTERED, 0, Details]</c>: the router took the registration away.</summary>
    public void Revoked(scoped in WampMessage message)
    {
        var details = ReceivedDict.Of(session.Serializer, message.Dict, session.Contracts);
        if (details.TryGet<long>("registration", out var id))
        {
            Forget(id);
        }
    }

    /// <summary>The session has ended.</summary>
    public void End()
    {
        lock (session.Gate)
        {
            _registrations.Clear();
        }
    }

    /// <summary>The invocations that still run.</summary>
    public Task Unfinished()
    {
        lock (session.Gate)
        {
            return Task.WhenAll(_running.Values.Select(running => running.Task));
        }
    }

    private WampRegistration Attach(WampRegistration registration, long id)
    {
        (PendingRequest<bool> Request, OutboundBatch Batch)? unregister = null;
        lock (session.Gate)
        {
            registration.Id = id;
            _registrations[id] = registration;
            if (registration.IsDisposed && session.IsOpen)
            {
                unregister = QueueUnregister(registration);
            }
        }

        if (unregister is { } queued)
        {
            _ = session.AwaitQuietlyAsync(queued.Request, queued.Batch);
        }

        return registration;
    }

    private (PendingRequest<bool> Request, OutboundBatch Batch) QueueUnregister(WampRegistration registration)
    {
        var id = registration.Id;
        var request = new PendingRequest<bool>(
            MessageType.Unregister, registration.Procedure, (scoped in WampMessage _) => Forget(id), () => Forget(id));
        return (request, session.Queue(request, new WampMessage { Type = MessageType.Unregister, RegistrationId = id }));
    }

    private bool Forget(long id)
    {
        lock (session.Gate)
        {
            return _registrations.Remove(id);
        }
    }

    private async Task RunAsync(WampRegistration registration, WampInvocation invocation, Running running)
    {
        new HandlerScope(session).Enter();
        try
        {
            var answer = await AnswerAsync(registration, invocation, running.Cancellation.Token).ConfigureAwait(false);
            await session.SendQuietlyAsync(answer).ConfigureAwait(false);
        }
        finally
        {
            lock (session.Gate)
            {
                _running.Remove(invocation);
            }

            running.Cancellation.Dispose();
        }
    }

    /// <summary>Exactly one YIELD or ERROR for each invocation (RPC-08, RPC-09).</summary>
    private async Task<Answer> AnswerAsync(WampRegistration registration, WampInvocation invocation, CancellationToken cancellationToken)
    {
        WampArguments? result;
        try
        {
            result = await registration.Handler(invocation, cancellationToken).ConfigureAwait(false);
        }
        catch (WampException e)
        {
            return ErrorOf(invocation.RequestId, e);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ErrorOf(invocation.RequestId, new WampException(ErrorUris.Canceled, "The callee was told to stop."));
        }
        catch (Exception e)
        {
            return RuntimeErrorOf(registration, invocation.RequestId, e);
        }

        try
        {
            var elements = PayloadWriter.Write(result, session.Serializer, session.Contracts, out var count);
            return new Answer(invocation.RequestId, ErrorUri: null, elements, count);
        }
        catch (Exception e)
        {
            // The result is the callee's mistake: the caller's arguments were fine.
            return RuntimeErrorOf(registration, invocation.RequestId, e);
        }
    }

    private Answer RuntimeErrorOf(WampRegistration registration, long requestId, Exception exception)
    {
        session.ReportFailure(registration.Procedure, exception);
        var message = session.Options.SendExceptionMessages
            ? $"{exception.GetType().Name}: {exception.Message}"
            : "The callee failed; its log tells why.";
        return ErrorOf(requestId, new WampException(ErrorUris.RuntimeError, message));
    }

    private Answer ErrorOf(long requestId, WampException exception)
    {
        try
        {
            var elements = exception.Encode(session.Serializer, session.Contracts, out var count);
            return new Answer(requestId, exception.Uri, elements, count);
        }
        catch (Exception e)
        {
            session.ReportFailure(exception.Uri, e);
            return new Answer(requestId, exception.Uri, [], 0);
        }
    }

    private static string? ProcedureOf(ReceivedDict details)
    {
        try
        {
            return details.TryGet<string>("procedure", out var procedure) ? procedure : null;
        }
        catch (WampArgumentException e)
        {
            throw new WampProtocolException("INVOCATION.Details.procedure is not a string. " + e.Message);
        }
    }

    private static async Task CancelAsync(Running running)
    {
        try
        {
            await running.Cancellation.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is AggregateException or ObjectDisposedException)
        {
            // Callbacks that the handler has registered on its token are the handler's own; or the invocation has just ended.
        }
    }

    private sealed class Running(CancellationTokenSource cancellation)
    {
        public CancellationTokenSource Cancellation => cancellation;

        public Task Task { get; set; } = Task.CompletedTask;
    }
}

/// <summary>What a callee answers: YIELD, or ERROR if there is a URI.</summary>
internal sealed record Answer(long RequestId, string? ErrorUri, byte[] Elements, int Count);
