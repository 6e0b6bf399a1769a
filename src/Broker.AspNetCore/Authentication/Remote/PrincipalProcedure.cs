using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Hosting;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Authentication.Remote;

/// <summary>
/// Asks the procedure of <see cref="ProcedureOptions"/>. Whatever is not a clear answer is an exception: nobody is let in.
/// </summary>
internal sealed class PrincipalProcedure
{
    /// <summary>The <c>authprovider</c> of those whom the procedure knows.</summary>
    public const string Provider = "dynamic";

    private readonly ProcedureOptions _options;
    private readonly TimeProvider _time;

    public PrincipalProcedure(ProcedureOptions options, TimeProvider time)
    {
        TimeBounds.RequireWait(options.Timeout);
        _options = options;
        _time = time;
    }

    /// <summary>Asks for a user.</summary>
    /// <param name="request">Who wants to join.</param>
    /// <param name="authId">The authid, or null.</param>
    /// <param name="details">See <see cref="RemotePrincipal.Details"/>.</param>
    /// <param name="cancellationToken">Canceled when the time for authentication is up.</param>
    /// <returns>Null: there is no such user, or it is denied.</returns>
    /// <exception cref="InvalidOperationException">
    /// The procedure is not there, has failed, or has answered what is no principal.
    /// </exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public async ValueTask<User?> AskAsync(
        AuthenticationRequest request, string? authId, JsonObject details, CancellationToken cancellationToken)
    {
        var realm = _options.Realm ?? request.Realm;
        var source = $"the procedure {_options.Procedure} in realm {realm}";
        var session = request.RouterSessionIn(realm)
            ?? throw new InvalidOperationException($"There is no realm {realm} to call the procedure {_options.Procedure} in.");
        using var limit = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        ProcedureAnswer answer;
        try
        {
            answer = await session.CallAsync(_options.Procedure, [request.Realm, authId, details], either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"No answer of {source} came within {_options.Timeout.TotalSeconds} s.", exception);
        }
        catch (JsonException exception)
        {
            throw new InvalidOperationException($"The answer of {source} has a key twice.", exception);
        }

        if (answer.Error is { } error)
        {
            return IsDenial(error)
                ? null
                : throw new InvalidOperationException($"The answer of {source} is {Log.Printable($"{error}: {answer.Arguments.FirstOrDefault()}")}");
        }

        var principal = answer.Arguments.Count > 0 ? answer.Arguments[0] : answer.ArgumentsKw.Count > 0 ? answer.ArgumentsKw : null;
        return RemotePrincipal.Read(principal, request, _options.Roles, source, Provider);
    }

    /// <summary>An application's own error denies, and so do those of the specification that say so; all others are failures.</summary>
    private static bool IsDenial(string error) =>
        !error.StartsWith("wamp.", StringComparison.Ordinal)
        || error is ErrorUris.AuthenticationDenied or ErrorUris.NoSuchPrincipal or ErrorUris.NotAuthorized or ErrorUris.NoSuchRole;
}
