using System.Runtime.CompilerServices;
using System.Text;
using Broker.Client.Payloads;
using Broker.Client.Transports;
using Broker.Messages;
using Broker.Options;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Client.Sessions;

/// <summary>The calls of a session: their time limits, progressive results and cancellation.</summary>
internal sealed partial class CallerRole(ClientSession session)
{
    /// <summary>How much longer than the dealer this client waits: the dealer's answer has a way to go.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>Calls and awaits the result.</summary>
    public Task<WampResult> CallAsync(string procedure, CallInput input, CallOptions options, CancellationToken cancellationToken) =>
        ExchangeAsync(new PendingCall(procedure, ReadResult, progress: null), input, options, cancellationToken);

    /// <summary>Calls and reports progressive results, one after the other and all before the call ends (PCR-18).</summary>
    public async Task<WampResult> CallAsync(
        string procedure, CallInput input, IProgress<WampResult> progress, CallOptions options, CancellationToken cancellationToken)
    {
        var results = new ReceivedQueue<WampResult>(session);
        var call = new PendingCall(procedure, ReadResult, results);
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reporting = Task.Run(() => ReportAsync(procedure, results, progress, broken), CancellationToken.None);
        WampResult? result = null;
        try
        {
            result = await ExchangeAsync(call, input, options, broken.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (broken.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // A progressive result could not be unpacked; that is thrown next.
        }
        catch (OperationCanceledException)
        {
            results.Stop();
            throw;
        }
        finally
        {
            results.Complete();
            await reporting.ConfigureAwait(false);
        }

        return await reporting.ConfigureAwait(false) is { } unreadable ? throw unreadable : result!;
    }

    /// <summary>Calls when enumerated, and hands progressive results over, then the last one. Who stops early cancels the call.</summary>
    public async IAsyncEnumerable<WampResult> StreamAsync(
        string procedure, CallInput input, CallOptions options, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var results = new ReceivedQueue<WampResult>(session);
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reply = CompleteAsync(new PendingCall(procedure, ReadResult, results), results, input, options, stop.Token);
        try
        {
            await foreach (var result in results.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                result.Open();
                yield return result;
            }

            yield return await reply.ConfigureAwait(false);
        }
        finally
        {
            _ = AbandonAsync(reply, results, stop);
        }
    }

    private OutboundBatch Queue(PendingCall call, WampArguments? arguments, CallOptions options, bool progress)
    {
        UriCheck.Name(call.Uri);
        var dealer = session.Facts.Router.Dealer ?? Features.None;
        if (options.DiscloseMe)
        {
            FeatureCheck.Require(dealer, Features.CallerIdentification, "caller_identification", "call without disclosing yourself");
        }

        var inSeconds = session.Options.TimeoutsInSeconds;
        var tellsTimeout = options.Timeout > TimeSpan.Zero && (inSeconds || dealer.HasFlag(Features.CallTimeout));
        call.Timeout = options.Timeout ?? session.Options.RequestTimeout;
        var seal = PayloadSeal.ToSend(session, call.Uri, options.Passthru, dealer);
        var payload = session.Encode(arguments, seal);
        call.Seal = payload.Passthru is { } packed ? seal?.As(packed) : null;
        var dict = new CallDict(
            tellsTimeout ? (long)Math.Ceiling(inSeconds ? call.Timeout.TotalSeconds : call.Timeout.TotalMilliseconds) : 0,
            options.DiscloseMe,
            ReceiveProgress: call.Progress is not null && dealer.HasFlag(Features.ProgressiveCallResults),
            progress,
            payload.Passthru);

        // Crossbar.io says canceled when time is up: this client says first that it was the time.
        call.Timeout += tellsTimeout && !inSeconds ? Grace : TimeSpan.Zero;
        var message = new WampMessage
        {
            Type = MessageType.Call,
            Uri = Encoding.UTF8.GetBytes(call.Uri),
            Dict = dict.IsEmpty ? [] : ValueEncoder.Encode(session.Serializer, dict),
            Payload = new Payload(payload.Elements, payload.Count),
        };
        lock (session.Gate)
        {
            return session.Queue(call, message);
        }
    }

    private Task<WampResult> ExchangeAsync(PendingCall call, CallInput input, CallOptions options, CancellationToken cancellationToken) =>
        input.Chunks is { } chunks
            ? SendChunksAsync(call, chunks, options, cancellationToken)
            : AwaitAsync(call, Queue(call, input.Arguments, options, progress: false), options, cancellationToken);

    private async Task<WampResult> AwaitAsync(PendingCall call, OutboundBatch batch, CallOptions options, CancellationToken cancellationToken)
    {
        using var waiting = HandlerScope.BeginWait(session, isLong: call.Progress is not null);
        using var timeLimit = new CancellationTokenSource(call.Timeout, session.Options.TimeProvider);
        using var either = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(timeLimit.Token, cancellationToken) : null;
        call.TimeLimit = timeLimit;
        session.StartFlush(batch); // if that fails, the session ends, and with it the call
        try
        {
            return (await call.Reply.WaitAsync(either?.Token ?? timeLimit.Token).ConfigureAwait(false)).Open();
        }
        catch (OperationCanceledException)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return await CancelAsync(call, options.CancelMode, timeLimit.Token, cancellationToken).ConfigureAwait(false);
            }

            Cancel(call, CancelMode.KillNoWait);
            session.Abandon(call);
            throw new WampTimeoutException(
                $"Calling {call.Uri} got no reply within {call.Timeout.TotalSeconds:0.###} s: see why the peer is slow, or allow more time.");
        }
    }

    /// <summary>
    /// Cancels a call whose caller gives up. The reply that comes ends it, whichever it is (CAN-17); but where it has to come at once, nobody waits for
    /// ever.
    /// </summary>
    private async Task<WampResult> CancelAsync(PendingCall call, CancelMode mode, CancellationToken timeLimit, CancellationToken cancellationToken)
    {
        if (Cancel(call, mode))
        {
            try
            {
                var result = mode == CancelMode.Kill
                    ? await call.Reply.WaitAsync(timeLimit).ConfigureAwait(false)
                    : await call.Reply.WaitAsync(session.Options.CloseTimeout, session.Options.TimeProvider, CancellationToken.None).ConfigureAwait(false);
                return result.Open();
            }
            catch (Exception e) when (e is OperationCanceledException or TimeoutException)
            {
                // No reply.
            }
            catch (WampException e) when (e.Uri is ErrorUris.Canceled or "wamp.error.cancelled")
            {
                throw new OperationCanceledException($"Calling {call.Uri} was canceled.", e, cancellationToken);
            }
        }

        session.Abandon(call);
        throw new OperationCanceledException($"Calling {call.Uri} was canceled.", cancellationToken);
    }

    /// <summary>Sends CANCEL, if the dealer knows that (CAN-18) and the call has not ended.</summary>
    private bool Cancel(PendingCall call, CancelMode mode)
    {
        if (session.Facts.Router.Dealer?.HasFlag(Features.CallCanceling) != true)
        {
            return false;
        }

        OutboundBatch batch;
        lock (session.Gate)
        {
            if (!session.IsOpen || !session.IsAwaited(call))
            {
                return call.Reply.IsCompleted;
            }

            call.IsCanceled = true;
            batch = session.QueueFollowing(new WampMessage
            {
                Type = MessageType.Cancel,
                RequestId = call.Id,
                Dict = ValueEncoder.Encode(session.Serializer, new CancelDict(mode)),
            });
        }

        session.StartFlush(batch);
        return true;
    }

    /// <summary>Reports progressive results. One that cannot be unpacked is returned as an exception, and breaks the call off.</summary>
    private async Task<WampArgumentException?> ReportAsync(
        string procedure, ReceivedQueue<WampResult> results, IProgress<WampResult> progress, CancellationTokenSource broken)
    {
        await foreach (var result in results.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            try
            {
                result.Open();
            }
            catch (WampArgumentException e)
            {
                results.Stop();
                await broken.CancelAsync().ConfigureAwait(false);
                return e;
            }

            try
            {
                progress.Report(result);
            }
            catch (Exception e)
            {
                session.ReportFailure(procedure, e);
            }
        }

        return null;
    }

    private async Task<WampResult> CompleteAsync(
        PendingCall call, ReceivedQueue<WampResult> results, CallInput input, CallOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await ExchangeAsync(call, input, options, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            results.Stop();
            throw;
        }
        finally
        {
            results.Complete();
        }
    }

    private static async Task AbandonAsync(Task<WampResult> reply, ReceivedQueue<WampResult> results, CancellationTokenSource stop)
    {
        results.Stop();
        try
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await reply.ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Nobody looks any more, or has seen it.
        }

        stop.Dispose();
    }

    private WampResult ReadResult(PendingCall call, scoped in WampMessage reply)
    {
        var details = ResultDetails.Parse(session.Serializer, reply.Dict);
        var seal = PayloadSeal.OfReceived(session, call.Uri, details.Passthru);
        return new WampResult(
            details,
            ReceivedDict.Of(session.Serializer, reply.Dict, session.Contracts),
            new ReceivedPayload(session.Serializer, reply.Payload, session.Contracts, seal));
    }
}

/// <summary>What a call sends: arguments, or chunks of them.</summary>
internal readonly record struct CallInput(WampArguments? Arguments, IAsyncEnumerable<WampArguments>? Chunks);
