using System.Text;
using System.Text.Json.Nodes;
using Broker.Client.Authentication;
using Broker.Client.Payloads;
using Broker.Client.Transports;
using Broker.Messages;
using Broker.Options;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Client.Sessions;

/// <summary>
/// Opens a session on a new transport: HELLO, then CHALLENGE and AUTHENTICATE as often as the router likes, then WELCOME or ABORT (WAMP
/// specification, "Session Establishment", "Authentication Methods").
/// </summary>
internal sealed class Joining
{
    private static readonly RoleSet Roles = new()
    {
        Publisher = Features.PublisherExclusion | Features.PublisherIdentification | Features.SubscriberBlackWhiteListing,
        Subscriber = Features.PatternBasedSubscription | Features.PublisherIdentification | Features.PublicationTrustLevels
            | Features.SubscriptionRevocation,
        Caller = Features.ProgressiveCallResults | Features.ProgressiveCallInvocations | Features.CallTimeout | Features.CallCanceling
            | Features.CallerIdentification,
        Callee = Features.ProgressiveCallResults | Features.ProgressiveCallInvocations | Features.CallTimeout | Features.CallCanceling
            | Features.CallerIdentification | Features.CallTrustLevels | Features.PatternBasedRegistration | Features.SharedRegistration
            | Features.RegistrationRevocation | Features.CallReroute,
    };

    /// <summary>Packed payloads are taken by who can unpack them (PPT-01).</summary>
    private static readonly RoleSet RolesWithCodecs = new()
    {
        Publisher = Roles.Publisher | Features.PayloadPassthruMode,
        Subscriber = Roles.Subscriber | Features.PayloadPassthruMode,
        Caller = Roles.Caller | Features.PayloadPassthruMode,
        Callee = Roles.Callee | Features.PayloadPassthruMode,
    };

    private readonly WampClientOptions _options;
    private readonly AuthenticationOffer _offer;
    private readonly IClientTransport _transport;
    private readonly OutboundQueue _outbound;
    private readonly Lock _gate;
    private readonly JsonContracts _contracts;

    public Joining(
        WampClientOptions options, AuthenticationOffer offer, IClientTransport transport, OutboundQueue outbound, Lock gate, JsonContracts contracts)
    {
        _options = options;
        _offer = offer;
        _transport = transport;
        _outbound = outbound;
        _gate = gate;
        _contracts = contracts;
    }

    /// <exception cref="WampConnectException">The router refused, broke the protocol, vanished or did not answer in time.</exception>
    public async Task<WampSession> JoinAsync(CancellationToken cancellationToken)
    {
        using var timeLimit = new CancellationTokenSource(_options.HandshakeTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeLimit.Token);
        using var cut = either.Token.UnsafeRegister(static transport => ((IClientTransport)transport!).Abort(), _transport);
        try
        {
            return await ExchangeAsync(either.Token).ConfigureAwait(false);
        }
        catch (WampProtocolException e)
        {
            await AbortAsync(ErrorUris.ProtocolViolation, e.Message).ConfigureAwait(false);
            throw new WampConnectException(
                ErrorUris.ProtocolViolation, $"{_options.Url} broke the protocol before WELCOME: {e.Message} Check that it is a WAMP router.", e);
        }
        catch (WampAuthenticationException e)
        {
            await AbortAsync(e.Uri, e.Message).ConfigureAwait(false);
            throw new WampConnectException(e.Uri, $"{_options.Url} cannot be joined: {e.Message}", e);
        }
        catch (WampConnectException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("Joining was cancelled.", e, cancellationToken);
        }
        catch (WampConnectException e) when (timeLimit.IsCancellationRequested && e.Uri == CloseReason.TransportLost)
        {
            throw new WampConnectException(
                CloseReason.TransportLost,
                $"{_options.Url} did not answer HELLO within {_options.HandshakeTimeout.TotalSeconds:0.###} s: check that it is a WAMP router, or raise "
                + $"{nameof(_options.HandshakeTimeout)}.",
                e);
        }
    }

    private async Task<WampSession> ExchangeAsync(CancellationToken cancellationToken)
    {
        _ = _outbound.FlushAsync(AddHello()); // if that fails, receiving does, too
        using var message = new ByteBuffer(1024);
        while (true)
        {
            message.Clear();
            if (await _transport.ReceiveAsync(message, _outbound).ConfigureAwait(false) is { } lost)
            {
                throw new WampConnectException(
                    lost.Uri, $"{_options.Url} closed the connection before WELCOME: {lost.Message} Check realm and serializer, or the router's log.");
            }

            if (Read(message.Written, out var challenge) is { } session)
            {
                _offer.CheckWelcome(session);
                return session;
            }

            if (challenge is not null)
            {
                await AnswerAsync(challenge, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task AnswerAsync(AuthenticationChallenge challenge, CancellationToken cancellationToken)
    {
        if (_offer.Find(challenge.Method) is not { } exchange)
        {
            await AbortAsync(ErrorUris.NoMatchingAuthMethod, $"This client authenticates by {_offer.Described} only.").ConfigureAwait(false);
            throw new WampConnectException(
                ErrorUris.NoMatchingAuthMethod,
                $"{_options.Url} demands authentication by {challenge.Method} and this client offers {_offer.Described}: add an authenticator for it to "
                + $"{nameof(_options.Authenticators)}, or permit {_offer.Described} to {_options.Realm}.");
        }

        AuthenticationAnswer answer;
        try
        {
            answer = await WithinAsync(exchange.AnswerAsync(challenge, cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested)
        {
            // The transport is cut already. Whether the caller gave up is seen further out.
            throw new WampConnectException(
                ErrorUris.AuthenticationFailed,
                $"The authenticator for {challenge.Method} had no answer to CHALLENGE before {nameof(_options.HandshakeTimeout)} was over: see why it "
                + "is slow, or allow more time.",
                e);
        }
        catch (Exception e) when (e is not (WampAuthenticationException or WampProtocolException))
        {
            // What the exception says is for this side only: it may tell of a secret.
            await AbortAsync(ErrorUris.AuthenticationFailed, "The client failed to answer CHALLENGE.").ConfigureAwait(false);
            throw new WampConnectException(ErrorUris.AuthenticationFailed, $"The authenticator for {challenge.Method} failed: {e.Message}", e);
        }

        _offer.Answered(exchange);
        _ = _outbound.FlushAsync(AddAuthenticate(answer)); // if that fails, receiving does, too
    }

    /// <summary>Awaits an authenticator, which may not heed its token. What becomes of it later is nobody's business any more.</summary>
    private static async Task<AuthenticationAnswer> WithinAsync(Task<AuthenticationAnswer> answering, CancellationToken cancellationToken)
    {
        try
        {
            return await answering.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _ = answering.ContinueWith(
                static failed => failed.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    private OutboundBatch AddHello()
    {
        var details = new HelloDetails
        {
            Roles = _options.PayloadCodecs.Count == 0 ? Roles : RolesWithCodecs,
            Agent = _options.Agent,
            AuthMethods = _offer.Methods,
            AuthId = _offer.AuthId,
            AuthRole = _options.AuthRole,
            AuthExtra = Encode(_offer.Extra),
            Reauthenticates = _offer.MethodsAgain.Length > 0,
        };
        lock (_gate)
        {
            return _outbound.Add(new WampMessage
            {
                Type = MessageType.Hello,
                Uri = Encoding.UTF8.GetBytes(_options.Realm),
                Dict = ValueEncoder.Encode(_options.Serializer, details),
            });
        }
    }

    private OutboundBatch AddAuthenticate(AuthenticationAnswer answer)
    {
        lock (_gate)
        {
            return _outbound.Add(new WampMessage
            {
                Type = MessageType.Authenticate,
                Text = Encoding.UTF8.GetBytes(answer.Signature),
                Dict = Encode(answer.Extra),
            });
        }
    }

    /// <summary>A dict of an authenticator; no octets for one without keys.</summary>
    private byte[] Encode(JsonObject? dict) => dict is { Count: > 0 } ? ExtraDict.Write(_options.Serializer, dict) : [];

    /// <summary>Reads a message before WELCOME.</summary>
    /// <returns>The session; null if the message did not open it.</returns>
    private WampSession? Read(ReadOnlySpan<byte> bytes, out AuthenticationChallenge? challenge)
    {
        challenge = null;
        var message = MessageParser.Parse(_options.Serializer, bytes, DecodeLimits.Default);
        switch (message.Type)
        {
            case MessageType.Welcome:
                return Welcome(message);
            case MessageType.Abort:
                throw Refusal(message);
            case MessageType.Challenge:
                challenge = new AuthenticationChallenge(Encoding.UTF8.GetString(message.Text), _options.Serializer, message.Dict, _contracts);
                return null;
            case var _ when message.IsExtension:
                return null;
            default:
                throw new WampProtocolException($"{message.Type} came before WELCOME.");
        }
    }

    private WampSession Welcome(scoped in WampMessage message)
    {
        var details = WelcomeDetails.Parse(_options.Serializer, message.Dict);
        if (!details.Roles.HasRouterRole)
        {
            throw new WampProtocolException("WELCOME announces neither broker nor dealer.");
        }

        var limit = details.MaxMessageSize > 0 && (_outbound.Limit == 0 || details.MaxMessageSize < _outbound.Limit) ? details.MaxMessageSize : _outbound.Limit;
        _outbound.Limit = limit;
        return new WampSession(message.SessionId, _options.Realm, details, limit, _options.Serializer, _contracts);
    }

    private WampConnectException Refusal(scoped in WampMessage message)
    {
        var reason = Encoding.UTF8.GetString(message.Uri);
        var payload = new ReceivedPayload(_options.Serializer, message.Payload, _contracts);
        var details = CloseDetails.Parse(_options.Serializer, message.Dict);
        var said = details.Message ?? ErrorText.Explanation(payload) ?? details.ScramError;
        var remedy = reason switch
        {
            ErrorUris.NoSuchRealm => " Check the name of the realm, or add it to the router.",
            ErrorUris.AuthenticationRequired or ErrorUris.NoMatchingAuthMethod =>
                $" This client offers {_offer.Described}: offer what the realm demands, or permit this to it.",
            ErrorUris.AuthenticationDenied or ErrorUris.NoSuchPrincipal => " Check authid and secret, and that the router has the user.",
            ErrorUris.NoSuchRole => " Ask for another role, or add it to the realm.",
            _ => "",
        };
        return new WampConnectException(
            reason, $"{_options.Url} refused to let the session join {_options.Realm}: {reason}{(said is null ? "." : ": " + said)}{remedy}", payload);
    }

    private async Task AbortAsync(string reason, string said)
    {
        OutboundBatch batch;
        lock (_gate)
        {
            batch = _outbound.Add(new WampMessage
            {
                Type = MessageType.Abort,
                Uri = Encoding.UTF8.GetBytes(reason),
                Dict = ValueEncoder.Encode(_options.Serializer, new CloseDetails { Message = said }),
            });
        }

        try
        {
            await _outbound.FlushAsync(batch).WaitAsync(_options.CloseTimeout, _options.TimeProvider).ConfigureAwait(false);
            await _transport.CloseAsync(reason).WaitAsync(_options.CloseTimeout, _options.TimeProvider).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WampException or TimeoutException)
        {
            // The transport is cut next.
        }
    }
}
