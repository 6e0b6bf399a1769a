using System.Text.Json.Nodes;
using Broker.Authentication;
using Broker.Options;

namespace Broker.Client.Authentication;

/// <summary>
/// Proves to know a password without sending it, and has the router prove the same (WAMP specification, "Salted Challenge Response
/// Authentication"), with PBKDF2 or Argon2id. There is no channel binding: .NET's WebSocket does not show its TLS channel.
/// </summary>
public sealed class ScramAuthenticator : IWampClientAuthenticator
{
    private readonly string _password;

    /// <param name="authId">Who the client is; sent as <see cref="SaslPrep"/> makes it.</param>
    /// <param name="password">The password.</param>
    /// <exception cref="ArgumentException">Name or password hold what RFC 4013 prohibits.</exception>
    public ScramAuthenticator(string authId, string password)
    {
        AuthId = SaslPrep.Prepare(authId);
        _password = SaslPrep.Prepare(password);
    }

    /// <inheritdoc/>
    public string Method => AuthMethods.WampScram;

    /// <inheritdoc/>
    public string AuthId { get; }

    /// <summary>What a router may ask for.</summary>
    public ScramCostLimits CostLimits { get; init; } = new();

    /// <inheritdoc/>
    public AuthenticationExchange Begin(WampClientOptions options) => new Exchange(AuthId, _password, CostLimits, Nonce.Create());

    private sealed class Exchange(string authId, string password, ScramCostLimits limits, string nonce) : AuthenticationExchange
    {
        private string? _expected;

        public override JsonObject HelloExtra => ExtraDict.Of(new ScramAuthExtra { Nonce = nonce });

        public override ValueTask<AuthenticationAnswer> AnswerAsync(AuthenticationChallenge challenge, CancellationToken cancellationToken)
        {
            if (_expected is not null)
            {
                throw new WampAuthenticationException("wamp-scram has one round, and a second CHALLENGE came.");
            }

            var extra = ScramChallenge.Parse(challenge.Serializer, challenge.EncodedExtra);
            if (FindProblem(extra, out var parameters) is { } problem)
            {
                throw new WampAuthenticationException(problem);
            }

            var answer = new ScramAnswer { Nonce = extra.Nonce };
            var authMessage = ScramMessages.AuthMessage(authId, nonce, extra, answer);
            using var keys = ScramKeys.Derive(password, parameters!, Argon2.Derive);
            _expected = keys.Verifier(authMessage);
            return ValueTask.FromResult(new AuthenticationAnswer(keys.Proof(authMessage), ExtraDict.Of(answer)));
        }

        public override void CheckWelcome(WampSession session)
        {
            if (_expected is null)
            {
                throw new WampAuthenticationException(
                    "WELCOME came without the CHALLENGE of wamp-scram: the router has not proven that it knows the password.");
            }

            var verifier = Text(session.AuthExtra, "verifier") ?? Text(session.AuthExtra, "scram_server_signature");
            if (verifier is null || !ScramMessages.IsVerifier(_expected, verifier))
            {
                throw new WampAuthenticationException("WELCOME does not prove that the router knows the password: it may be another than it seems.");
            }
        }

        /// <summary>What makes a challenge one that must not be answered (SCR-04).</summary>
        private string? FindProblem(ScramChallenge extra, out ScramParameters? parameters)
        {
            if (!ScramParameters.TryCreate(extra.Kdf ?? "", extra.Salt ?? "", extra.Iterations ?? 0, extra.Memory ?? 0, out parameters, out var problem))
            {
                return "CHALLENGE cannot be answered: " + problem;
            }

            if (!ScramMessages.IsContinued(nonce, extra.Nonce))
            {
                return "The nonce of CHALLENGE does not continue that of HELLO.";
            }

            var isPbkdf2 = parameters.Kdf == ScramKdf.Pbkdf2;
            if (isPbkdf2 ? parameters.Iterations < limits.MinIterations : parameters.Memory < limits.MinMemory)
            {
                return $"CHALLENGE asks for a key that is too cheap to protect the password ({Describe(parameters)}).";
            }

            var isDear = isPbkdf2
                ? parameters.Iterations > limits.MaxIterations
                : parameters.Memory > limits.MaxMemory || parameters.Iterations > limits.MaxPasses;
            return isDear
                ? $"CHALLENGE asks for a key that is dearer than this client computes ({Describe(parameters)})."
                : null;
        }

        /// <summary>A text of a dict; null if it is missing or something else.</summary>
        private static string? Text(ReceivedDict dict, string key)
        {
            try
            {
                return dict.TryGet<string>(key, out var text) ? text : null;
            }
            catch (WampArgumentException)
            {
                return null;
            }
        }

        private static string Describe(ScramParameters parameters) => parameters.Kdf == ScramKdf.Pbkdf2
            ? $"{parameters.Iterations} iterations of {parameters.KdfName}"
            : $"{parameters.Iterations} passes of {parameters.KdfName} over {parameters.Memory} KiB";
    }
}
