using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using Broker.Client.Sessions;

namespace Broker.Client;

/// <content>Caller.</content>
public sealed partial class WampClient
{
    /// <summary>Calls a procedure.</summary>
    /// <param name="procedure">The procedure.</param>
    /// <param name="arguments">Its arguments: <c>[2, 3]</c>.</param>
    /// <param name="options">Options; null for none.</param>
    /// <param name="cancellationToken">
    /// Cancels the call, as <see cref="CallOptions.CancelMode"/> says, if the router announces <c>call_canceling</c>; otherwise gives it up on this side,
    /// and a result that comes later is ignored.
    /// </param>
    /// <exception cref="WampException">What the callee threw, or the router said, as <c>wamp.error.no_such_procedure</c>.</exception>
    /// <exception cref="WampTimeoutException">There was no result in time.</exception>
    /// <exception cref="WampSessionClosedException">The session has ended.</exception>
    /// <exception cref="PayloadSizeExceededException">The call is longer than the router takes.</exception>
    /// <exception cref="WampArgumentException">An argument cannot be sent.</exception>
    [OverloadResolutionPriority(1)] // what a plain null means
    public async Task<WampResult> CallAsync(
        string procedure, WampArguments? arguments = null, CallOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await _session.Caller
            .CallAsync(procedure, new CallInput(arguments, Chunks: null), options ?? CallOptions.Default, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Calls a procedure whose result is one value.</summary>
    /// <inheritdoc cref="CallAsync(string, WampArguments?, CallOptions?, CancellationToken)"/>
    /// <returns>The first positional result; null if there is none and <typeparamref name="T"/> can be null.</returns>
    [OverloadResolutionPriority(1)] // what a plain null means
    public async Task<T?> CallAsync<T>(
        string procedure, WampArguments? arguments = null, CallOptions? options = null, CancellationToken cancellationToken = default)
    {
        var result = await CallAsync(procedure, arguments, options, cancellationToken).ConfigureAwait(false);
        return ValueOf<T>(result);
    }

    /// <summary>Calls a procedure whose result is one value, by a contract of a generated context.</summary>
    /// <inheritdoc cref="CallAsync(string, WampArguments?, CallOptions?, CancellationToken)"/>
    /// <returns>The first positional result; null if there is none and <typeparamref name="T"/> can be null.</returns>
    public async Task<T?> CallAsync<T>(
        string procedure,
        WampArguments? arguments,
        JsonTypeInfo<T> contract,
        CallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var result = await CallAsync(procedure, arguments, options, cancellationToken).ConfigureAwait(false);
        return result.Arguments.Count == 0 && default(T) is null ? default : result.Arguments.Get(0, contract);
    }

    /// <summary>
    /// Calls a procedure and takes its progressive results (WAMP specification, "Progressive Call Results"). A router that does not announce
    /// <c>progressive_call_results</c> is not asked for them, and there is the final result only.
    /// </summary>
    /// <param name="procedure">The procedure.</param>
    /// <param name="arguments">Its arguments: <c>[2, 3]</c>.</param>
    /// <param name="progress">
    /// Told of each progressive result, in order, one after the other and all before this method completes; while it is busy, results wait (see
    /// <see cref="WampClientOptions.ReceiveBuffer"/>). Mind that <see cref="Progress{T}"/> itself passes them on without keeping the order.
    /// </param>
    /// <param name="options">Options; null for none.</param>
    /// <param name="cancellationToken">Cancels the call, as with any other.</param>
    /// <returns>The final result.</returns>
    /// <inheritdoc cref="CallAsync(string, WampArguments?, CallOptions?, CancellationToken)" path="/exception"/>
    public async Task<WampResult> CallAsync(
        string procedure,
        WampArguments? arguments,
        IProgress<WampResult> progress,
        CallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await _session.Caller
            .CallAsync(procedure, new CallInput(arguments, Chunks: null), progress, options ?? CallOptions.Default, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc cref="CallAsync(string, WampArguments?, IProgress{WampResult}, CallOptions?, CancellationToken)"/>
    public Task<WampResult> CallAsync(
        string procedure,
        WampArguments? arguments,
        Action<WampResult> progress,
        CallOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync(procedure, arguments, new CallbackProgress<WampResult>(progress), options, cancellationToken);

    /// <summary>Calls a procedure whose progressive results and final result are one value each.</summary>
    /// <inheritdoc cref="CallAsync(string, WampArguments?, IProgress{WampResult}, CallOptions?, CancellationToken)"/>
    /// <returns>The first positional value of the final result; null if there is none and <typeparamref name="T"/> can be null.</returns>
    public async Task<T?> CallAsync<T>(
        string procedure,
        WampArguments? arguments,
        IProgress<T?> progress,
        CallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var values = new CallbackProgress<WampResult>(result => progress.Report(ValueOf<T>(result)));
        return ValueOf<T>(await CallAsync(procedure, arguments, values, options, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>
    /// Calls a procedure once for each enumeration and hands over its progressive results, then the final one. Who stops enumerating cancels the call.
    /// </summary>
    /// <inheritdoc cref="CallAsync(string, WampArguments?, IProgress{WampResult}, CallOptions?, CancellationToken)"/>
    /// <returns>The results in order; the last one has <see cref="WampResult.IsFinal"/> set.</returns>
    [OverloadResolutionPriority(1)] // what a plain null means
    public IAsyncEnumerable<WampResult> CallStreamAsync(
        string procedure, WampArguments? arguments = null, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        _session.Caller.StreamAsync(procedure, new CallInput(arguments, Chunks: null), options ?? CallOptions.Default, cancellationToken);

    /// <summary>
    /// Calls a procedure once for each enumeration and hands over the first value of each of its results; of the final one only if it has any. Who stops
    /// enumerating cancels the call.
    /// </summary>
    /// <inheritdoc cref="CallStreamAsync(string, WampArguments?, CallOptions?, CancellationToken)"/>
    /// <returns>The values in order.</returns>
    public IAsyncEnumerable<T?> CallStreamAsync<T>(
        string procedure, WampArguments? arguments = null, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        ValuesOf<T>(CallStreamAsync(procedure, arguments, options, cancellationToken), cancellationToken);

    /// <summary>
    /// Calls a procedure with arguments that come chunk by chunk, each sent as it comes (WAMP specification, "Progressive Call Invocations"). Behind the
    /// last goes an empty one: nobody knows earlier that it was the last. When the procedure answers before, no more chunks are taken.
    /// </summary>
    /// <param name="procedure">The procedure.</param>
    /// <param name="chunks">The arguments. What their source throws cancels the call and is thrown here.</param>
    /// <param name="options">Options; null for none.</param>
    /// <param name="cancellationToken">Cancels the call, as with any other.</param>
    /// <exception cref="WampException">The router does not announce <c>progressive_call_invocations</c>; and as with any other call.</exception>
    public async Task<WampResult> CallAsync(
        string procedure, IAsyncEnumerable<WampArguments> chunks, CallOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await _session.Caller
            .CallAsync(procedure, new CallInput(Arguments: null, chunks), options ?? CallOptions.Default, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Calls a procedure with values that come one after the other, each as a chunk of one argument, and whose result is one value.</summary>
    /// <inheritdoc cref="CallAsync(string, IAsyncEnumerable{WampArguments}, CallOptions?, CancellationToken)"/>
    /// <returns>The first positional result; null if there is none and <typeparamref name="TResult"/> can be null.</returns>
    public async Task<TResult?> CallAsync<T, TResult>(
        string procedure, IAsyncEnumerable<T> chunks, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        ValueOf<TResult>(await CallAsync(procedure, ArgumentsOf(chunks, default), options, cancellationToken).ConfigureAwait(false));

    /// <summary>Calls a procedure with arguments that come chunk by chunk, and hands over its results as they come.</summary>
    /// <inheritdoc cref="CallAsync(string, IAsyncEnumerable{WampArguments}, CallOptions?, CancellationToken)"/>
    /// <returns>The results in order; the last one has <see cref="WampResult.IsFinal"/> set.</returns>
    public IAsyncEnumerable<WampResult> CallStreamAsync(
        string procedure, IAsyncEnumerable<WampArguments> chunks, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        _session.Caller.StreamAsync(procedure, new CallInput(Arguments: null, chunks), options ?? CallOptions.Default, cancellationToken);

    /// <summary>Calls a procedure with values that come one after the other, and hands over the first value of each of its results as they come.</summary>
    /// <inheritdoc cref="CallAsync(string, IAsyncEnumerable{WampArguments}, CallOptions?, CancellationToken)"/>
    /// <returns>The values in order; that of the final result only if it has any.</returns>
    public IAsyncEnumerable<TResult?> CallStreamAsync<T, TResult>(
        string procedure, IAsyncEnumerable<T> chunks, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        ValuesOf<TResult>(CallStreamAsync(procedure, ArgumentsOf(chunks, default), options, cancellationToken), cancellationToken);

    private static T? ValueOf<T>(WampResult result) =>
        result.Arguments.Count == 0 && default(T) is null ? default : result.Arguments.Get<T>(0);

    private static async IAsyncEnumerable<T?> ValuesOf<T>(
        IAsyncEnumerable<WampResult> results, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var result in results.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (!result.IsFinal || result.Arguments.Count > 0)
            {
                yield return ValueOf<T>(result);
            }
        }
    }

    private static async IAsyncEnumerable<WampArguments> ArgumentsOf<T>(
        IAsyncEnumerable<T> values, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var value in values.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            yield return new WampArguments().Add(value);
        }
    }

    /// <summary>Tells at once and in order, unlike <see cref="Progress{T}"/>.</summary>
    private sealed class CallbackProgress<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
