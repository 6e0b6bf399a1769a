using System.Text;
using Broker.Client.Transports;
using Broker.Messages;
using Broker.Options;
using Broker.Serialization;

namespace Broker.Client.Sessions;

/// <content>Progressive invocations: the arguments of one call in chunks (WAMP specification, "Progressive Call Invocations").</content>
internal sealed partial class CallerRole
{
    private async Task<WampResult> SendChunksAsync(
        PendingCall call, IAsyncEnumerable<WampArguments> chunks, CallOptions options, CancellationToken cancellationToken)
    {
        FeatureCheck.Require(session.Facts.Router.Dealer, Features.ProgressiveCallInvocations, "progressive_call_invocations", "send all arguments at once");
        var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = new TaskCompletionSource<OutboundBatch>(TaskCreationOptions.RunContinuationsAsynchronously);
        var sending = SendAsync(call, chunks, options, first, ended.Token);
        try
        {
            // The call starts with the first chunk; until then there is nothing to cancel.
            var batch = await FirstAsync(first.Task, cancellationToken).ConfigureAwait(false);
            using var broken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            _ = CancelIfBrokenAsync(sending, broken);
            try
            {
                return await AwaitAsync(call, batch, options, broken.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (broken.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                await sending.ConfigureAwait(false); // throws what the source threw
                throw;
            }
            finally
            {
                await ended.CancelAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _ = ObserveAsync(call, sending, first.Task, ended);
        }
    }

    /// <summary>Sends each chunk as it comes, and behind the last an empty CALL without <c>progress</c> (PCI-07): nobody knows earlier which is the last.</summary>
    private async Task SendAsync(
        PendingCall call,
        IAsyncEnumerable<WampArguments> chunks,
        CallOptions options,
        TaskCompletionSource<OutboundBatch> first,
        CancellationToken ended)
    {
        try
        {
            await foreach (var chunk in chunks.WithCancellation(ended).ConfigureAwait(false))
            {
                ended.ThrowIfCancellationRequested();
                var batch = first.Task.IsCompleted ? QueueChunk(call, chunk, progress: true) : Queue(call, chunk, options, progress: true);
                if (batch is null)
                {
                    return;
                }

                first.TrySetResult(batch);
                await session.FlushAsync(batch, ended).ConfigureAwait(false);
            }

            var last = first.Task.IsCompleted ? QueueChunk(call, chunk: null, progress: false) : Queue(call, arguments: null, options, progress: false);
            if (last is not null)
            {
                first.TrySetResult(last);
                session.StartFlush(last);
            }
        }
        catch (Exception e)
        {
            first.TrySetException(e);
            throw;
        }
    }

    /// <summary>Queues a further chunk: the same request id, and no options but <c>progress</c> (PCI-05, PCI-14).</summary>
    /// <returns>Null when the call has ended or is being canceled.</returns>
    private OutboundBatch? QueueChunk(PendingCall call, WampArguments? chunk, bool progress)
    {
        var payload = session.Encode(chunk, call.Seal);
        if (call.Seal is { } seal && payload.Passthru != seal.Passthru)
        {
            throw new WampArgumentException(
                "A codec has to pack all chunks of a call by one serializer, cipher and key: only those of the first are told (PPT-14).");
        }

        var message = new WampMessage
        {
            Type = MessageType.Call,
            RequestId = call.Id,
            Uri = Encoding.UTF8.GetBytes(call.Uri),
            Dict = progress ? ValueEncoder.Encode(session.Serializer, new CallDict { Progress = true }) : [],
            Payload = new Payload(payload.Elements, payload.Count),
        };
        lock (session.Gate)
        {
            return session.IsAwaited(call) && !call.IsCanceled ? session.QueueFollowing(message) : null;
        }
    }

    /// <summary>A chunk that is on its way counts for more than the token: that call has to be canceled.</summary>
    private static async Task<OutboundBatch> FirstAsync(Task<OutboundBatch> first, CancellationToken cancellationToken)
    {
        try
        {
            return await first.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (first.IsCompletedSuccessfully)
        {
            return await first.ConfigureAwait(false);
        }
    }

    private static async Task CancelIfBrokenAsync(Task sending, CancellationTokenSource broken)
    {
        try
        {
            await sending.ConfigureAwait(false);
        }
        catch (Exception)
        {
            try
            {
                await broken.CancelAsync().ConfigureAwait(false);
            }
            catch (ObjectDisposedException)
            {
                // The call has ended first.
            }
        }
    }

    private async Task ObserveAsync(PendingCall call, Task sending, Task first, CancellationTokenSource ended)
    {
        try
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await first.ConfigureAwait(false);

            // The first chunk may have gone out while its caller gave up.
            Cancel(call, CancelMode.KillNoWait);
            session.Abandon(call);
        }
        catch (Exception)
        {
            // The caller has got it.
        }

        try
        {
            await sending.ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The caller has got it, or a result, which counts for more.
        }

        ended.Dispose();
    }
}
