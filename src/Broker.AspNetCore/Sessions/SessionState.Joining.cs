using System.Text;
using Broker.Authentication;
using Broker.Connections;
using Broker.Hosting;
using Broker.Messages;
using Broker.Options;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Sessions;

/// <content>From HELLO to WELCOME or ABORT.</content>
internal sealed partial class SessionState
{
    /// <summary>The most that WELCOME takes besides its Details.</summary>
    private const int WelcomeHead = 32;

    private JoinAttempt? _attempt;
    private Question? _asked;
    private Joining? _joining;
    private long _expires = long.MaxValue; // in ticks

    /// <summary>An authenticator or authorizer that is at work. Until it is done nothing further is to be read; then <see cref="Resume"/> goes on. Usually null.</summary>
    public Task? Pending => (Task?)_asked?.Answer ?? _deciding;

    /// <summary>How many questions have been put to authenticators.</summary>
    public int Rounds { get; private set; }

    /// <summary>Whether the time for which the session was authenticated is over. Any thread may ask.</summary>
    public bool IsExpired(DateTimeOffset now) => now.UtcTicks >= Volatile.Read(ref _expires);

    /// <summary>Goes on with what <see cref="Pending"/> has brought. Returns the end of the connection if that is what follows.</summary>
    public Ending? Resume()
    {
        try
        {
            if (_asked is not { } asked)
            {
                return RouteHeld();
            }

            _asked = null;
            asked.Time.Dispose();
            return Conclude(ResultOf(asked.Answer));
        }
        catch (WampProtocolException violation)
        {
            return Ending.Of(violation);
        }
    }

    private Ending? Hello(scoped in WampMessage message)
    {
        if (!UriRules.Default.IsValid(message.Uri))
        {
            return Refuse(ErrorUris.InvalidUri, "The realm is not a valid URI.");
        }

        var hello = HelloDetails.Parse(serializer, message.Dict);
        if (!hello.Roles.HasClientRole)
        {
            throw new WampProtocolException("HELLO.Details.roles names none of publisher, subscriber, caller and callee.");
        }

        if (context.Router.FindRealm(message.Uri) is not { } realm)
        {
            return Refuse(ErrorUris.NoSuchRealm, $"There is no realm '{Encoding.UTF8.GetString(message.Uri)}' here.");
        }

        var offered = context.AuthenticatorsOf(realm.Name);
        if (Choose(offered, hello.AuthMethods) is not { Count: > 0 } chosen)
        {
            var methods = string.Join(", ", offered.Select(one => one.Method));
            return hello.AuthMethods is { Count: > 0 }
                ? Refuse(ErrorUris.NoMatchingAuthMethod, $"This realm offers the authentication methods: {methods}.")
                : Refuse(ErrorUris.AuthenticationRequired, $"This realm takes no anonymous sessions; it offers the authentication methods: {methods}.");
        }

        var request = new AuthenticationRequest
        {
            Realm = realm.Name,
            SessionId = realm.DrawSessionId(),
            AuthId = hello.AuthId,
            AuthRole = hello.AuthRole,
            AuthExtra = ExtraDict.Read(serializer, hello.AuthExtra.GetValueOrDefault().Span),
            Transport = Peer.Transport,
            RouterSessions = context.RouterSessions,
            KeyDerivation = context.KeyDerivation,
        };
        _attempt = new JoinAttempt(realm, hello, offered, chosen, request);
        Phase = SessionPhase.Challenging;
        return Begin();
    }

    private Ending? Begin() => Ask(static (attempt, _, cancellation) => attempt.BeginAsync(cancellation), answer: null);

    private Ending? Authenticate(scoped in WampMessage message)
    {
        _attempt!.Request.HasShownProof = true;
        var answer = new AuthenticationAnswer(Encoding.UTF8.GetString(message.Text), ExtraDict.Read(serializer, message.Dict));
        return Ask(static (attempt, answer, cancellation) => attempt.ContinueAsync(answer!, cancellation), answer);
    }

    /// <summary>
    /// The methods of the client's list that the realm offers: the first one is used (AUT-04), the others if it declines (TIC-05). A client
    /// without a list joins anonymously (AUT-05).
    /// </summary>
    private static List<IWampAuthenticator> Choose(IReadOnlyList<IWampAuthenticator> offered, IReadOnlyList<string>? wanted)
    {
        IReadOnlyList<string> methods = wanted is { Count: > 0 } ? wanted : [AuthMethods.Anonymous];
        return [.. methods.Distinct().Join(offered, method => method, one => one.Method, (_, one) => one)];
    }

    private Ending? Conclude(AuthenticationResult result)
    {
        if (result is AuthenticationResult.Accepted { Expires: { } end } && end <= context.Time.GetUtcNow())
        {
            result = Expired;
        }

        // Looked at once more before anything of the result is told: of guesses that are judged side by side no more are answered than may fail.
        var request = _attempt!.Request;
        var hasFailed = result is AuthenticationResult.Refused { Reason: var reason }
            && (reason == ErrorUris.AuthenticationDenied || request.IsProofWrong || (result == TooSlow && request.HasShownProof));
        if (hasFailed ? !TryFail() : HaveTooManyFailed())
        {
            return RefuseFurther();
        }

        switch (result)
        {
            case AuthenticationResult.Challenge challenge:
                _attempt!.Challenged(challenge.State);
                Send(new WampMessage
                {
                    Type = MessageType.Challenge,
                    Text = Encoding.UTF8.GetBytes(_attempt.Method),
                    Dict = ExtraDict.Write(serializer, challenge.Extra),
                });
                return null;
            case AuthenticationResult.Accepted when Outdated() is { } anew:
                _attempt = anew;
                return Ask(static (attempt, _, cancellation) => attempt.RepeatAsync(cancellation), answer: null);
            case var _ when _isRenewing:
                return ConcludeRenewal(result);
            case AuthenticationResult.Accepted accepted when !_attempt!.Realm.HasRole(accepted.Identity.AuthRole):
                Count(AuthenticationOutcome.Refused);
                return Refuse(
                    ErrorUris.NoSuchRole,
                    $"This realm has no role '{accepted.Identity.AuthRole}', which is the client's: ask the router's operator to add it.");
            case AuthenticationResult.Accepted accepted when !IsStillAccepted(ClientOf(_attempt!, accepted)):
                Count(AuthenticationOutcome.Refused);
                return Refuse(Revoked.Reason.Uri!, Revoked.Text!);
            case AuthenticationResult.Accepted accepted:
                Count(AuthenticationOutcome.Accepted);
                return Establish(_attempt!, accepted);
            case AuthenticationResult.Declined when _attempt!.TryNext():
                return Begin();
            case AuthenticationResult.Declined declined:
                Count(AuthenticationOutcome.Refused);
                return Refuse(declined.Reason, declined.Text);
            case AuthenticationResult.Refused refused:
                Count(AuthenticationOutcomes.Of(refused.Reason));
                return Refuse(refused.Reason, refused.Text);
            default:
                throw new InvalidOperationException("An authenticator gave no result.");
        }
    }

    /// <summary>The attempt for those who judge now, where they are others than those who have accepted.</summary>
    private JoinAttempt? Outdated()
    {
        var now = context.AuthenticatorsOf(_attempt!.Realm.Name);
        return _attempt.IsOutdated(now) ? _attempt.Anew(now) : null;
    }

    private Ending? Establish(JoinAttempt attempt, AuthenticationResult.Accepted accepted)
    {
        var realm = attempt.Realm;
        var welcome = Welcome(realm, accepted);
        if (!Fits(welcome))
        {
            // A peer that takes 512 bytes does without the list of features, as with a router of the basic profile; refusing it would be the worse answer.
            welcome = welcome with { Roles = new RoleSet { Broker = Features.None, Dealer = Features.None } };
        }

        if (!Fits(welcome))
        {
            return Refuse(ErrorUris.PayloadSizeExceeded, "WELCOME is longer than the messages that the client takes.");
        }

        var most = context.Options.ConnectionLimits.PerAuthId;
        if (!context.AuthIds.TryEnter(realm.Name, accepted.Identity.AuthId, most))
        {
            context.Metrics.SessionRefused();
            return Refuse(ErrorUris.Unavailable, $"There are {most} sessions of this authid, as many as there may be: end one, and try again.");
        }

        _joining = new Joining(attempt.SessionId, realm.Name, accepted.Identity.AuthId);
        IdentityChanged(); // a trace shows WELCOME
        _session = realm.Join(attempt.SessionId, serializer, attempt.Hello, accepted.Identity, welcome, sink, peerLimit);
        _joining = null;
        IdentityChanged(); // a trace that was started meanwhile
        Accept(attempt, accepted);
        Expire(attempt, accepted.Expires);
        Phase = SessionPhase.Established;
        EndAttempt();
        Log.SessionJoined(context.Logger, Peer.ConnectionId, Peer.Address, _session.Id, realm.Name, Log.Printable(attempt.Hello.Agent));
        return IsStillAccepted() ? null : Revoked; // by options that changed meanwhile
    }

    /// <summary>A session that is counted for its authid, and about to be.</summary>
    private sealed record Joining(long Id, string Realm, string AuthId);

    private void EndAttempt()
    {
        if (_asked is { } asked)
        {
            // Who leaves while its proof is judged has failed. Who only waited for that, or has shown none, has learned nothing.
            if (_attempt!.Request is { HasShownProof: true, WaitsInLine: false })
            {
                TryFail();
            }

            Count(AuthenticationOutcome.Failed);
            _ = AbandonAsync(asked);
        }

        (_attempt, _asked) = (null, null);
    }

    private bool Fits(WelcomeDetails welcome) => ValueEncoder.Encode(serializer, welcome).Length <= peerLimit - WelcomeHead;

    private WelcomeDetails Welcome(Realm realm, AuthenticationResult.Accepted accepted) => new()
    {
        Roles = realm.AnnouncedRoles,
        Agent = RouterContext.Agent,
        Realm = realm.Name,
        AuthId = accepted.Identity.AuthId,
        AuthRole = accepted.Identity.AuthRole,
        AuthMethod = accepted.Identity.AuthMethod,
        AuthProvider = accepted.Identity.AuthProvider,
        AuthExtra = accepted.AuthExtra is { } extra ? ExtraDict.Write(serializer, extra) : (ReadOnlyMemory<byte>?)null,
        MaxMessageSize = maxMessageSize,
    };
}
