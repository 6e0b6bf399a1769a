using Broker.Authentication;
using Broker.Connections;

namespace Broker.Sessions;

/// <content> A session that was authenticated for a time goes on if its client can prove once more who it is: before the end it gets a
/// CHALLENGE like the one with which it joined. Only clients that announce <c>_reauthenticate</c> in HELLO.Details do: the specification
/// knows no CHALLENGE in an open session. </content>
internal sealed partial class SessionState
{
    /// <summary>So long before the end the client is asked; where the whole time is short, when a third of it is left.</summary>
    private static readonly TimeSpan RenewalTime = TimeSpan.FromSeconds(30);

    private JoinAttempt? _proof; // how the session was authenticated, if that can be done again
    private bool _isRenewing;
    private long _renewAt = long.MaxValue; // in ticks

    private bool IsChallengedAgain => Phase == SessionPhase.Established && _isRenewing;

    /// <summary>Whether it is time for <see cref="Renew"/>. Any thread may ask.</summary>
    public bool IsRenewalDue(DateTimeOffset now) => now.UtcTicks >= Volatile.Read(ref _renewAt);

    /// <summary>Asks the client who it is, if it is time for that. Returns the end of the connection if that is what follows.</summary>
    public Ending? Renew()
    {
        if (!IsRenewalDue(context.Time.GetUtcNow()))
        {
            return null;
        }

        Volatile.Write(ref _renewAt, long.MaxValue);
        if (Phase != SessionPhase.Established || _proof?.Again(context.AuthenticatorsOf(_proof.Realm.Name)) is not { } again)
        {
            return null;
        }

        _attempt = again;
        _isRenewing = true;
        try
        {
            return Begin();
        }
        catch (WampProtocolException violation)
        {
            return Ending.Of(violation);
        }
    }

    /// <summary>Notes when the session ends, and when its client is asked before.</summary>
    private void Expire(JoinAttempt attempt, DateTimeOffset? end)
    {
        Volatile.Write(ref _expires, end?.UtcTicks ?? long.MaxValue);
        ForgetRenewal();
        if (end is { } time && attempt.Hello.Reauthenticates)
        {
            attempt.Forget();
            _proof = attempt;
            var third = (time - context.Time.GetUtcNow()) / 3;
            Volatile.Write(ref _renewAt, (time - (third < RenewalTime ? third : RenewalTime)).UtcTicks);
        }
    }

    /// <summary>
    /// Who does not prove to be the same as before is not sent away: the session ends when its time is over, as it would have.
    /// </summary>
    private Ending? ConcludeRenewal(AuthenticationResult result)
    {
        if (result is AuthenticationResult.Accepted accepted && accepted.Identity == _session!.Identity)
        {
            Count(AuthenticationOutcome.Accepted);
            Accept(_attempt!, accepted);
            Expire(_attempt!, accepted.Expires);
            if (!IsStillAccepted())
            {
                return Revoked; // by options that changed meanwhile
            }
        }
        else
        {
            var reason = (result as AuthenticationResult.Refused)?.Reason;
            Count(reason is null ? AuthenticationOutcome.Refused : AuthenticationOutcomes.Of(reason));
        }

        return EndRenewal();
    }

    private Ending? EndRenewal()
    {
        _isRenewing = false;
        EndAttempt();
        return null;
    }

    private void ForgetRenewal()
    {
        Volatile.Write(ref _renewAt, long.MaxValue);
        (_proof, _isRenewing) = (null, false);
    }
}
