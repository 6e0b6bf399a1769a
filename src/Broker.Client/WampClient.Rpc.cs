using System.Text;
using System.Text.Json.Serialization.Metadata;
using Broker.Client.Payloads;
using Broker.Client.Sessions;
using Broker.Client.Transports;
using Broker.Messages;
using Broker.Options;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Client;

/// <content>Caller and callee.</content>
public sealed partial class WampClient
{
    /// <summary>Calls a procedure.</summary>
    /// <param name="procedure">The procedure.</param>
    /// <param name="arguments">Its arguments: <c>[2, 3]</c>.</param>
    /// <param name="options">Options; null for none.</param>
    /// <param name="cancellationToken">Gives the call up on this side; a result that comes later is ignored.</param>
    /// <exception cref="WampException">What the callee threw, or the router said, as <c>wamp.error.no_such_procedure</c>.</exception>
    /// <exception cref="WampTimeoutException">There was no result in time.</exception>
    /// <exception cref="WampSessionClosedException">The session has ended.</exception>
    /// <exception cref="PayloadSizeExceededException">The call is longer than the router takes.</exception>
    /// <exception cref="WampArgumentException">An argument cannot be sent.</exception>
    public async Task<WampResult> CallAsync(
        string procedure, WampArguments? arguments = null, CallOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = new PendingRequest<WampResult>(MessageType.Call, procedure, ReadResult);
        var batch = QueueCall(request, procedure, arguments, options);
        var timeout = options?.Timeout ?? _session.Options.RequestTimeout;
        return await _session.AwaitReplyAsync(request, batch, timeout, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Calls a procedure whose result is one value.</summary>
    /// <inheritdoc cref="CallAsync(string, WampArguments?, CallOptions?, CancellationToken)"/>
    /// <returns>The first positional result; null if there is none and <typeparamref name="T"/> can be null.</returns>
    public async Task<T?> CallAsync<T>(
        string procedure, WampArguments? arguments = null, CallOptions? options = null, CancellationToken cancellationToken = default)
    {
        var result = await CallAsync(procedure, arguments, options, cancellationToken).ConfigureAwait(false);
        return result.Arguments.Count == 0 && default(T) is null ? default : result.Arguments.Get<T>(0);
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

    /// <summary>Registers a procedure.</summary>
    /// <param name="procedure">The procedure, or the pattern that <paramref name="options"/> say it is.</param>
    /// <param name="handler">
    /// Answers calls, on the thread pool and several at once; its token is canceled when nobody waits any more. What it returns is the result; null for
    /// none. A <see cref="WampException"/> that it throws goes to the caller with URI and arguments; anything else as <c>wamp.error.runtime_error</c>
    /// without a word about the inside (see <see cref="WampClientOptions.SendExceptionMessages"/>) and to
    /// <see cref="WampClientOptions.HandlerFailed"/>.
    /// </param>
    /// <param name="options">Options; null for none.</param>
    /// <param name="cancellationToken">Gives up; the registration is undone if the router makes it later.</param>
    /// <returns>The registration: dispose it to unregister.</returns>
    /// <exception cref="WampException">
    /// The router refused, as with <c>wamp.error.procedure_already_exists</c>, or lacks a feature asked for; the session has ended; no reply in time.
    /// </exception>
    public async Task<WampRegistration> RegisterAsync(
        string procedure,
        Func<WampInvocation, CancellationToken, ValueTask<WampArguments?>> handler,
        RegisterOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        options ??= new RegisterOptions();
        UriCheck.Pattern(procedure, options.Match);
        if (options.Match != MatchPolicy.Exact)
        {
            Require(Session.Router.Dealer, Features.PatternBasedRegistration, "pattern_based_registration", "register each procedure by its name");
        }

        if (options.Invoke != InvocationPolicy.Single)
        {
            Require(Session.Router.Dealer, Features.SharedRegistration, "shared_registration", "register each procedure once");
        }

        return await _session.Callee.RegisterAsync(procedure, handler, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Registers a procedure without arguments. Contracts: <see cref="WampClientOptions.JsonOptions"/>.</summary>
    /// <inheritdoc cref="RegisterAsync(string, Func{WampInvocation, CancellationToken, ValueTask{WampArguments}}, RegisterOptions, CancellationToken)"/>
    public Task<WampRegistration> RegisterAsync<TResult>(
        string procedure,
        Func<CancellationToken, ValueTask<TResult>> handler,
        RegisterOptions? options = null,
        CancellationToken cancellationToken = default) =>
        RegisterAsync(
            procedure,
            async (_, canceled) => new WampArguments().Add(await handler(canceled).ConfigureAwait(false)),
            options,
            cancellationToken);

    /// <summary>Registers a procedure of one argument. Contracts: <see cref="WampClientOptions.JsonOptions"/>.</summary>
    /// <inheritdoc cref="RegisterAsync(string, Func{WampInvocation, CancellationToken, ValueTask{WampArguments}}, RegisterOptions, CancellationToken)"/>
    public Task<WampRegistration> RegisterAsync<T, TResult>(
        string procedure,
        Func<T, CancellationToken, ValueTask<TResult>> handler,
        RegisterOptions? options = null,
        CancellationToken cancellationToken = default) =>
        RegisterAsync(
            procedure,
            async (invocation, canceled) => new WampArguments().Add(
                await handler(Argument<T>(invocation, 0), canceled).ConfigureAwait(false)),
            options,
            cancellationToken);

    /// <summary>Registers a procedure of two arguments. Contracts: <see cref="WampClientOptions.JsonOptions"/>.</summary>
    /// <inheritdoc cref="RegisterAsync(string, Func{WampInvocation, CancellationToken, ValueTask{WampArguments}}, RegisterOptions, CancellationToken)"/>
    public Task<WampRegistration> RegisterAsync<T1, T2, TResult>(
        string procedure,
        Func<T1, T2, CancellationToken, ValueTask<TResult>> handler,
        RegisterOptions? options = null,
        CancellationToken cancellationToken = default) =>
        RegisterAsync(
            procedure,
            async (invocation, canceled) => new WampArguments().Add(
                await handler(Argument<T1>(invocation, 0), Argument<T2>(invocation, 1), canceled).ConfigureAwait(false)),
            options,
            cancellationToken);

    /// <summary>Registers a procedure of one argument, by contracts of a generated context.</summary>
    /// <inheritdoc cref="RegisterAsync(string, Func{WampInvocation, CancellationToken, ValueTask{WampArguments}}, RegisterOptions, CancellationToken)"/>
    public Task<WampRegistration> RegisterAsync<T, TResult>(
        string procedure,
        Func<T, CancellationToken, ValueTask<TResult>> handler,
        JsonTypeInfo<T> argumentContract,
        JsonTypeInfo<TResult> resultContract,
        RegisterOptions? options = null,
        CancellationToken cancellationToken = default) =>
        RegisterAsync(
            procedure,
            async (invocation, canceled) => new WampArguments().Add(
                await handler(NotNull(invocation.Arguments.Get(0, argumentContract), 0), canceled).ConfigureAwait(false),
                resultContract),
            options,
            cancellationToken);

    private static T Argument<T>(WampInvocation invocation, int index) => NotNull(invocation.Arguments.Get<T>(index), index);

    /// <summary>A typed handler gets what its signature promises; one that takes null reads the invocation itself.</summary>
    private static T NotNull<T>(T? value, int index) => value is null && Nullable.GetUnderlyingType(typeof(T)) is null
        ? throw new WampArgumentException($"Argument {index} must not be null.")
        : value!;

    private WampResult ReadResult(scoped in WampMessage reply) => new(
        ReceivedDict.Of(_session.Serializer, reply.Dict, _session.Contracts),
        new ReceivedPayload(_session.Serializer, reply.Payload, _session.Contracts));

    private OutboundBatch QueueCall(PendingRequest<WampResult> request, string procedure, WampArguments? arguments, CallOptions? options)
    {
        UriCheck.Name(procedure);
        var elements = PayloadWriter.Write(arguments, _session.Serializer, _session.Contracts, out var count);
        var tellsTimeout = options?.Timeout > TimeSpan.Zero && Session.Router.Dealer?.HasFlag(Features.CallTimeout) == true;
        var message = new WampMessage
        {
            Type = MessageType.Call,
            Uri = Encoding.UTF8.GetBytes(procedure),
            Dict = tellsTimeout
                ? ValueEncoder.Encode(_session.Serializer, new CallDict((long)Math.Ceiling(options!.Timeout!.Value.TotalMilliseconds)))
                : [],
            Payload = new Payload(elements, count),
        };
        lock (_session.Gate)
        {
            return _session.Queue(request, message);
        }
    }
}
