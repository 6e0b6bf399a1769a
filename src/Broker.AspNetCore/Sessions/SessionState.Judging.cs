using Broker.Authentication;
using Broker.Connections;
using Broker.Hosting;
using Broker.Messages;
using Broker.Uris;

namespace Broker.Sessions;

/// <content>Questions to authenticators, and how many of their answers may be bad.</content>
internal sealed partial class SessionState
{
    private static readonly AuthenticationResult TooSlow =
        new AuthenticationResult.Refused(ErrorUris.AuthenticationFailed, "The authentication took too long: try again later.");

    private static readonly AuthenticationResult Busy = new AuthenticationResult.Refused(
        ErrorUris.Unavailable, "Too many attempts to authenticate wait to be judged: try again in some seconds.");

    private static readonly AuthenticationResult Expired = new AuthenticationResult.Refused(
        ErrorUris.AuthenticationDenied, "The time for which the client may join is over: ask the router's operator for more.");

    private Ending? Ask(Func<JoinAttempt, AuthenticationAnswer?, CancellationToken, ValueTask<AuthenticationResult>> question, AuthenticationAnswer? answer)
    {
        if (HaveTooManyFailed())
        {
            return RefuseFurther();
        }

        Rounds++;
        var time = new CancellationTokenSource(context.Options.AuthenticationTimeout, context.Time);
        var asked = AskAsync(_attempt!, question, answer, time.Token);
        if (asked.IsCompleted)
        {
            time.Dispose();
            return Conclude(ResultOf(asked));
        }

        _asked = new Question(asked, time);
        return null;
    }

    /// <summary>Puts a question to the authenticator. One that does not listen to its token is not waited for any longer, either.</summary>
    private static async Task<AuthenticationResult> AskAsync(
        JoinAttempt attempt,
        Func<JoinAttempt, AuthenticationAnswer?, CancellationToken, ValueTask<AuthenticationResult>> question,
        AuthenticationAnswer? answer,
        CancellationToken cancellationToken)
    {
        var result = question(attempt, answer, cancellationToken);
        return result.IsCompleted ? await result.ConfigureAwait(false) : await result.AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tells an authenticator that is still at work that nobody waits for it any more.</summary>
    private static async Task AbandonAsync(Question question)
    {
        await question.Time.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ((Task)question.Answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        question.Time.Dispose();
    }

    /// <summary>What an authenticator says; if it fails, that is logged, and the client is sent away (AUT-09).</summary>
    private AuthenticationResult ResultOf(Task<AuthenticationResult> asked)
    {
        try
        {
            return asked.GetAwaiter().GetResult();
        }
        catch (WampProtocolException)
        {
            throw;
        }
        catch (OperationCanceledException) when (_attempt!.Request.WaitsInLine)
        {
            return Busy; // it was not judged: who is right must not pay for how many others there are
        }
        catch (OperationCanceledException)
        {
            Log.AuthenticationTooSlow(context.Logger, Peer.ConnectionId, Peer.Address, _attempt!.Method, context.Options.AuthenticationTimeout.TotalSeconds);
            return TooSlow;
        }
        catch (KeyDerivationBusyException)
        {
            return Busy;
        }
        catch (Exception exception)
        {
            Log.AuthenticationFailed(context.Logger, exception, Peer.ConnectionId, Peer.Address, _attempt!.Method);
            return new AuthenticationResult.Refused(ErrorUris.AuthenticationFailed, "The authentication itself failed: ask the router's operator.");
        }
    }

    /// <summary>Whether so many attempts have failed that this one gets no answer.</summary>
    private bool HaveTooManyFailed() =>
        _attempt!.Method != AuthMethods.Anonymous && context.FailedAttempts.AreTooMany(context.Options.AttemptLimits, _attempt.Request);

    /// <summary>This one has failed.</summary>
    /// <returns>False: too many others had already.</returns>
    private bool TryFail() =>
        _attempt!.Method == AuthMethods.Anonymous || context.FailedAttempts.TryAdd(context.Options.AttemptLimits, _attempt.Request);

    private Ending? RefuseFurther()
    {
        Count(AuthenticationOutcome.Limited);
        return _isRenewing ? EndRenewal() : Refuse(
            ErrorUris.AuthenticationDenied,
            $"Too many attempts to authenticate have failed: try again in {context.Options.AttemptLimits.Window.TotalSeconds} s.");
    }

    private void Count(AuthenticationOutcome outcome) => context.Metrics.Authenticated(_attempt!.Realm.Name, _attempt.Method, outcome);

    /// <summary>What an authenticator has been asked.</summary>
    /// <param name="Answer">What it says.</param>
    /// <param name="Time">Ends the question.</param>
    private sealed record Question(Task<AuthenticationResult> Answer, CancellationTokenSource Time);
}
