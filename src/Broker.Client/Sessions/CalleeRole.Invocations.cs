using Broker.Client.Codecs;
using Broker.Client.Payloads;
using Broker.Messages;
using Broker.Options;
using Broker.Uris;

namespace Broker.Client.Sessions;

/// <content>From an INVOCATION to its answer.</content>
internal sealed partial class CalleeRole
{
    /// <summary>INVOCATION: started and left to itself. Ids need not be in sequence: some routers count for all their sessions at once.</summary>
    /// <returns>Completes when the next message may be read.</returns>
    public ValueTask Invoke(scoped in WampMessage message)
    {
        var details = InvocationDetails.Parse(session.Serializer, message.Dict);
        WampInvocation? first;
        WampRegistration? registration;
        lock (session.Gate)
        {
            if (details.Progress ? _discarded.Contains(message.RequestId) : _discarded.Remove(message.RequestId))
            {
                return default; // a chunk of a call that was answered before its last (PCI-12)
            }

            _invocations.TryGetValue(message.RequestId, out first);
            _registrations.TryGetValue(message.RegistrationId, out registration);
        }

        if (first?.Running is { IsInputOpen: true } running)
        {
            return AddChunk(running, first, message, isLast: !details.Progress);
        }

        if (registration is null)
        {
            var exception = new WampException(ErrorUris.NoSuchRegistration, "The callee has no such registration.");
            _ = session.SendQuietlyAsync(ErrorOf(message.RequestId, exception, seal: null));
            return default;
        }

        Start(registration, details, message);
        return default;
    }

    /// <summary>INTERRUPT: cancels the invocation's token, whatever the mode; the answer is the handler's. Unknown ones have ended (CAN-15).</summary>
    public void Interrupt(long requestId)
    {
        WampInvocation? invocation;
        lock (session.Gate)
        {
            _invocations.TryGetValue(requestId, out invocation);
        }

        if (invocation is not null)
        {
            _ = invocation.Running.CancelAsync();
        }
    }

    /// <summary>An invocation is being answered. Under the gate.</summary>
    public void Ended(RunningInvocation running)
    {
        if (_invocations.TryGetValue(running.RequestId, out var invocation) && invocation.Running == running)
        {
            _invocations.Remove(running.RequestId);
        }

        if (running.IsInputOpen)
        {
            _discarded.Add(running.RequestId);
        }
    }

    private ValueTask AddChunk(RunningInvocation running, WampInvocation first, scoped in WampMessage message, bool isLast)
    {
        // All are packed like the first (PCI-13, PPT-14).
        var seal = PayloadSeal.OfReceived(session, first.Procedure, first.Passthru);
        var added = running.Chunks!.AddAsync(
            new WampInvocation(first, new ReceivedPayload(session.Serializer, message.Payload, session.Contracts, seal), isLast));
        if (isLast)
        {
            lock (session.Gate)
            {
                running.IsInputOpen = false;
            }

            running.Chunks!.Complete();
        }

        return added;
    }

    private void Start(WampRegistration registration, in InvocationDetails known, scoped in WampMessage message)
    {
        // Some routers pass on a timeout in units of their own that nobody asked them for.
        TimeSpan? timeout = registration.Options.ForwardTimeout && known.Timeout is > 0 and < int.MaxValue
            ? session.Options.TimeoutsInSeconds ? TimeSpan.FromSeconds(Math.Min(known.Timeout, int.MaxValue / 1000)) : TimeSpan.FromMilliseconds(known.Timeout)
            : null;
        var procedure = registration.Options.Match == MatchPolicy.Exact ? registration.Procedure : known.Procedure ?? registration.Procedure;
        var running = new RunningInvocation(session, this, message.RequestId, timeout, known.Progress);
        var seal = PayloadSeal.OfReceived(session, procedure, known.Passthru);
        var invocation = new WampInvocation(
            running,
            procedure,
            known,
            ReceivedDict.Of(session.Serializer, message.Dict, session.Contracts),
            new ReceivedPayload(session.Serializer, message.Payload, session.Contracts, seal));
        lock (session.Gate)
        {
            _invocations[running.RequestId] = invocation;
            _running.Add(running);
        }

        running.Task = Task.Run(() => RunAsync(registration, invocation, running));
    }

    private async Task RunAsync(WampRegistration registration, WampInvocation invocation, RunningInvocation running)
    {
        new HandlerScope(session).Enter();
        try
        {
            var answering = AnswerAsync(registration, invocation, running.Token);
            if (await Task.WhenAny(answering, running.TimedOut).ConfigureAwait(false) != answering)
            {
                await session.SendQuietlyAsync(ErrorOf(invocation.RequestId, OutOfTime(), running.AnswerSeal), running).ConfigureAwait(false);
            }

            await session.SendQuietlyAsync(await answering.ConfigureAwait(false), running).ConfigureAwait(false);
        }
        finally
        {
            lock (session.Gate)
            {
                _running.Remove(running);
            }

            running.Dispose();
        }
    }

    /// <summary>Exactly one YIELD or ERROR for each invocation (RPC-08, RPC-09).</summary>
    private async Task<Answer> AnswerAsync(WampRegistration registration, WampInvocation invocation, CancellationToken cancellationToken)
    {
        var running = invocation.Running;
        WampArguments? result;
        try
        {
            if (TryOpen(invocation) is { } unreadable)
            {
                return unreadable;
            }

            result = await registration.Handler(invocation, cancellationToken).ConfigureAwait(false);
        }
        catch (WampException e)
        {
            return ErrorOf(invocation.RequestId, e, running.AnswerSeal);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            var exception = running.IsOutOfTime ? OutOfTime() : new WampException(ErrorUris.Canceled, "The callee was told to stop.");
            return ErrorOf(invocation.RequestId, exception, running.AnswerSeal);
        }
        catch (Exception e)
        {
            return RuntimeErrorOf(registration, running, e);
        }

        try
        {
            return new Answer(invocation.RequestId, ErrorUri: null, session.Encode(result, running.AnswerSeal));
        }
        catch (Exception e)
        {
            // The result is the callee's mistake: the caller's arguments were fine.
            return RuntimeErrorOf(registration, running, e);
        }
    }

    private static WampException OutOfTime() => new(ErrorUris.Timeout, "The callee did not answer in the time that the caller allows.");

    /// <summary>Unpacks the arguments, if they are packed; from here on answers are packed in the same way.</summary>
    /// <returns>The ERROR if that is not possible (PPT-13); itself not packed, for nobody knows that the caller could read it.</returns>
    private Answer? TryOpen(WampInvocation invocation)
    {
        try
        {
            invocation.Open();
            invocation.AnswerWith(invocation.Passthru);
            return null;
        }
        catch (WampException e)
        {
            session.ReportFailure(invocation.Procedure, e);
            return ErrorOf(invocation.RequestId, e, seal: null);
        }
    }

    private Answer RuntimeErrorOf(WampRegistration registration, RunningInvocation running, Exception exception)
    {
        session.ReportFailure(registration.Procedure, exception);
        var message = session.Options.SendExceptionMessages
            ? $"{exception.GetType().Name}: {exception.Message}"
            : "The callee failed; its log tells why.";
        return ErrorOf(running.RequestId, new WampException(ErrorUris.RuntimeError, message), running.AnswerSeal);
    }

    private Answer ErrorOf(long requestId, WampException exception, PayloadSeal? seal)
    {
        try
        {
            if (seal is not null)
            {
                return new Answer(requestId, exception.Uri, seal.Pack(PayloadContent.Of(exception, session.Contracts)));
            }

            var elements = exception.Encode(session.Serializer, session.Contracts, out var count);
            return new Answer(requestId, exception.Uri, new SentPayload(elements, count, Passthru: null));
        }
        catch (Exception e)
        {
            session.ReportFailure(exception.Uri, e);
            return new Answer(requestId, exception.Uri, new SentPayload([], 0, Passthru: null));
        }
    }
}

/// <summary>What a callee answers: YIELD, or ERROR if there is a URI.</summary>
internal sealed record Answer(long RequestId, string? ErrorUri, SentPayload Payload);
