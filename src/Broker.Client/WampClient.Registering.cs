using System.Text.Json.Serialization.Metadata;
using Broker.Client.Sessions;
using Broker.Options;
using Broker.Uris;

namespace Broker.Client;

/// <content>Callee.</content>
public sealed partial class WampClient
{
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
            FeatureCheck.Require(Session.Router.Dealer, Features.PatternBasedRegistration, "pattern_based_registration", "register each procedure by its name");
        }

        if (options.Invoke != InvocationPolicy.Single)
        {
            FeatureCheck.Require(Session.Router.Dealer, Features.SharedRegistration, "shared_registration", "register each procedure once");
        }

        if (options.DiscloseCaller)
        {
            FeatureCheck.Require(Session.Router.Dealer, Features.CallerIdentification, "caller_identification", "have callers say who they are");
        }

        if (options.ForwardTimeout && !_session.Options.TimeoutsInSeconds)
        {
            FeatureCheck.Require(Session.Router.Dealer, Features.CallTimeout, "call_timeout", "keep a time limit in the procedure");
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

    /// <summary>
    /// Registers a procedure that reports on its way to its result: each report goes to the caller as a progressive result of one value, if
    /// the caller takes progress, and nowhere otherwise. Contracts: <see cref="WampClientOptions.JsonOptions"/>.
    /// </summary>
    /// <param name="procedure">The procedure, or the pattern that <paramref name="options"/> say it is.</param>
    /// <param name="handler">
    /// As with a handler of one result. <see cref="IProgress{T}.Report"/> keeps the order and does not wait for the connection: a procedure
    /// that has more to tell than that carries awaits <see cref="WampInvocation.ReportAsync"/>, or is registered by
    /// <see cref="RegisterStreamAsync{TResult}(string, Func{WampInvocation, CancellationToken, IAsyncEnumerable{TResult}}, RegisterOptions, CancellationToken)"/>.
    /// </param>
    /// <param name="options">Options; null for none.</param>
    /// <param name="cancellationToken">Gives up; the registration is undone if the router makes it later.</param>
    /// <returns>The registration: dispose it to unregister.</returns>
    /// <exception cref="WampException">
    /// The router refused, or lacks a feature asked for; the session has ended; no reply in time.
    /// </exception>
    public Task<WampRegistration> RegisterProgressiveAsync<TProgress, TResult>(
        string procedure,
        Func<WampInvocation, IProgress<TProgress>, CancellationToken, ValueTask<TResult>> handler,
        RegisterOptions? options = null,
        CancellationToken cancellationToken = default) =>
        RegisterAsync(
            procedure,
            async (invocation, canceled) => new WampArguments().Add(
                await handler(invocation, new InvocationProgress<TProgress>(invocation), canceled).ConfigureAwait(false)),
            options,
            cancellationToken);

    /// <summary>
    /// Registers a procedure of one argument that reports on its way to its result. Contracts: <see cref="WampClientOptions.JsonOptions"/>.
    /// </summary>
    /// <inheritdoc cref="RegisterProgressiveAsync{TProgress, TResult}(string, Func{WampInvocation, IProgress{TProgress}, CancellationToken, ValueTask{TResult}}, RegisterOptions, CancellationToken)"/>
    public Task<WampRegistration> RegisterProgressiveAsync<T, TProgress, TResult>(
        string procedure,
        Func<T, IProgress<TProgress>, CancellationToken, ValueTask<TResult>> handler,
        RegisterOptions? options = null,
        CancellationToken cancellationToken = default) =>
        RegisterProgressiveAsync<TProgress, TResult>(
            procedure, (invocation, progress, canceled) => handler(Argument<T>(invocation, 0), progress, canceled), options, cancellationToken);

    /// <summary>
    /// Registers a procedure whose results come one after the other: each goes to the caller as a progressive result of one value, as it
    /// comes, and an empty final result says that there are no more. Who calls without taking progress gets
    /// <c>wamp.error.feature_not_supported</c>.
    /// </summary>
    /// <param name="procedure">The procedure, or the pattern that <paramref name="options"/> say it is.</param>
    /// <param name="handler">
    /// Enumerated on the thread pool, several at once, no faster than the connection takes the results; its token is canceled when nobody
    /// waits any more. What it throws: as with a handler of one result.
    /// </param>
    /// <param name="options">Options; null for none.</param>
    /// <param name="cancellationToken">Gives up; the registration is undone if the router makes it later.</param>
    /// <returns>The registration: dispose it to unregister.</returns>
    /// <exception cref="WampException">
    /// The router refused, or lacks a feature asked for; the session has ended; no reply in time.
    /// </exception>
    public Task<WampRegistration> RegisterStreamAsync<TResult>(
        string procedure,
        Func<WampInvocation, CancellationToken, IAsyncEnumerable<TResult>> handler,
        RegisterOptions? options = null,
        CancellationToken cancellationToken = default) =>
        RegisterAsync(
            procedure,
            async (invocation, canceled) =>
            {
                RequireProgress(invocation);
                await foreach (var result in handler(invocation, canceled).WithCancellation(canceled).ConfigureAwait(false))
                {
                    await invocation.ReportAsync(new WampArguments().Add(result)).ConfigureAwait(false);
                }

                return null;
            },
            options,
            cancellationToken);

    /// <summary>Registers a procedure of one argument whose results come one after the other. Contracts: <see cref="WampClientOptions.JsonOptions"/>.</summary>
    /// <inheritdoc cref="RegisterStreamAsync{TResult}(string, Func{WampInvocation, CancellationToken, IAsyncEnumerable{TResult}}, RegisterOptions, CancellationToken)"/>
    public Task<WampRegistration> RegisterStreamAsync<T, TResult>(
        string procedure,
        Func<T, CancellationToken, IAsyncEnumerable<TResult>> handler,
        RegisterOptions? options = null,
        CancellationToken cancellationToken = default) =>
        RegisterStreamAsync(procedure, (invocation, canceled) => handler(Argument<T>(invocation, 0), canceled), options, cancellationToken);

    private static void RequireProgress(WampInvocation invocation)
    {
        if (!invocation.ReceivesProgress)
        {
            throw new WampException(
                ErrorUris.FeatureNotSupported, $"{invocation.Procedure} has progressive results only: call it with receive_progress.");
        }
    }

    private static T Argument<T>(WampInvocation invocation, int index) => NotNull(invocation.Arguments.Get<T>(index), index);

    /// <summary>A typed handler gets what its signature promises; one that takes null reads the invocation itself.</summary>
    private static T NotNull<T>(T? value, int index) => value is null && Nullable.GetUnderlyingType(typeof(T)) is null
        ? throw new WampArgumentException($"Argument {index} must not be null.")
        : value!;
}
