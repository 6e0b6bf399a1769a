using System.Runtime.CompilerServices;
using Broker.Client.Payloads;
using Broker.Client.Sessions;
using Broker.Options;

namespace Broker.Client;

/// <summary>A call as its callee sees it, or a chunk of one. Immutable, valid for ever.</summary>
public sealed class WampInvocation
{
    private readonly RunningInvocation _running;
    private readonly ReceivedPayload _payload;
    private readonly InvocationDetails _details;

    internal WampInvocation(RunningInvocation running, string procedure, in InvocationDetails known, ReceivedDict details, ReceivedPayload payload)
    {
        _running = running;
        _details = known;
        Procedure = procedure;
        Details = details;
        _payload = payload;
    }

    /// <summary>A further chunk: the Details of the first hold for all (PCI-13).</summary>
    internal WampInvocation(WampInvocation first, ReceivedPayload payload, bool isLast)
        : this(first._running, first.Procedure, first._details, first.Details, payload) => IsLast = isLast;

    /// <summary>The id of the INVOCATION, unique within the session.</summary>
    public long RequestId => _running.RequestId;

    /// <summary>The procedure called: with a pattern registration the one that the caller named.</summary>
    public string Procedure { get; }

    /// <summary>The positional arguments.</summary>
    public ReceivedList Arguments => _payload.Arguments;

    /// <summary>The keyword arguments.</summary>
    public ReceivedDict ArgumentsKw => _payload.ArgumentsKw;

    /// <summary>The session id of the caller, if disclosed; otherwise null.</summary>
    public long? Caller => _details.Caller.Session == 0 ? null : _details.Caller.Session;

    /// <summary>The authid of the caller, if disclosed; otherwise null.</summary>
    public string? CallerAuthId => _details.Caller.AuthId;

    /// <summary>The authrole of the caller, if disclosed; otherwise null.</summary>
    public string? CallerAuthRole => _details.Caller.AuthRole;

    /// <summary>How far the router trusts the caller, 0 the least; null if it does not say (WAMP specification, "Call Trust Levels").</summary>
    public long? TrustLevel => _details.Caller.TrustLevel;

    /// <summary>
    /// How long the caller lets the result take, and each progressive one anew, if this client keeps the time
    /// (<see cref="RegisterOptions.ForwardTimeout"/>); otherwise, or if there is no limit, null.
    /// </summary>
    public TimeSpan? Timeout => _running.Timeout;

    /// <summary>Whether the caller takes progressive results (WAMP specification, "Progressive Call Results").</summary>
    public bool ReceivesProgress => _details.ReceiveProgress;

    /// <summary>
    /// How the call came packed; null if it did not (WAMP specification, "Payload Passthru Mode"). It is answered in kind.
    /// </summary>
    public PassthruOptions? Passthru => _details.Passthru?.IsActive == true ? _details.Passthru : null;

    internal RunningInvocation Running => _running;

    /// <summary>Whether it is the last chunk of several.</summary>
    private bool IsLast { get; }

    private bool IsEmpty => Arguments.Count == 0 && ArgumentsKw.Keys.Count == 0;

    /// <summary>INVOCATION.Details, of the first INVOCATION if there are several.</summary>
    public ReceivedDict Details { get; }

    /// <summary>
    /// Has the results and errors of this invocation packed otherwise than the call was, from here on: by another key, or at all, or, with
    /// null, not. The caller must have a codec for it.
    /// </summary>
    /// <exception cref="WampException">The router does not know packed payloads, or this client has no such codec.</exception>
    public void AnswerWith(PassthruOptions? passthru) => _running.AnswerWith(Procedure, passthru);

    /// <summary>
    /// Sends a progressive result, in the order of the calls of this method; does nothing if the caller takes none. Completes when the transport has
    /// taken it, which slows the procedure down to what the connection can carry.
    /// </summary>
    /// <exception cref="OperationCanceledException">Nobody waits for the call any more.</exception>
    /// <exception cref="InvalidOperationException">The procedure has returned.</exception>
    /// <exception cref="PayloadSizeExceededException">The result is longer than the router takes.</exception>
    /// <exception cref="WampArgumentException">The result cannot be sent.</exception>
    public Task ReportAsync(WampArguments? result) => ReceivesProgress ? _running.ReportAsync(result) : Task.CompletedTask;

    /// <summary>
    /// The arguments chunk by chunk, this first one included, as the caller sends them (WAMP specification, "Progressive Call Invocations"); just this one
    /// for a call that has no more. An empty last chunk, which only says that it is the last, is left out. To be enumerated once.
    /// </summary>
    /// <exception cref="OperationCanceledException">Nobody waits for the call any more.</exception>
    /// <exception cref="WampArgumentException">A chunk cannot be unpacked.</exception>
    public async IAsyncEnumerable<WampInvocation> ChunksAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (_running.Chunks is not { } chunks)
        {
            yield return this;
            yield break;
        }

        yield return this;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_running.Token, cancellationToken);
        await foreach (var chunk in chunks.ReadAllAsync(either.Token).ConfigureAwait(false))
        {
            chunk.Open();
            if (!chunk.IsLast || !chunk.IsEmpty)
            {
                yield return chunk;
            }
        }
    }

    /// <summary>The first positional argument of each chunk. Contracts: <see cref="WampClientOptions.JsonOptions"/>.</summary>
    /// <exception cref="WampArgumentException">A chunk has no such argument.</exception>
    /// <inheritdoc cref="ChunksAsync(CancellationToken)"/>
    public async IAsyncEnumerable<T?> ChunksAsync<T>([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var chunk in ChunksAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return chunk.Arguments.Get<T>(0);
        }
    }

    /// <summary>Unpacks the payload, if it is packed.</summary>
    /// <exception cref="WampArgumentException">It cannot be unpacked.</exception>
    internal void Open() => _payload.Open();
}
