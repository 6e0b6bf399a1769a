using System.Diagnostics.CodeAnalysis;
using Broker.Options;

namespace Broker.Authentication;

/// <summary>A router's side of one WAMP-SCRAM authentication, from HELLO to WELCOME. Once it has checked an answer, it is of no more use.</summary>
public sealed class ScramExchange
{
    private readonly ScramCredential _credential;
    private readonly string _authId;
    private readonly string _clientNonce;
    private readonly string? _channelBinding;
    private readonly byte[] _channelData;
    private bool _isAnswered;

    internal ScramExchange(ScramCredential credential, string authId, ScramAuthExtra hello, ReadOnlySpan<byte> channelData, string routerNonce)
    {
        _credential = credential;
        _authId = authId;
        _clientNonce = hello.Nonce ?? "";
        _channelBinding = hello.ChannelBinding;
        _channelData = channelData.ToArray();
        Challenge = new ScramChallenge
        {
            Nonce = _clientNonce + routerNonce,
            Salt = credential.Parameters.Salt,
            Kdf = credential.Parameters.KdfName,
            Iterations = credential.Parameters.Iterations,
            Memory = credential.Parameters.Kdf == ScramKdf.Pbkdf2 ? null : credential.Parameters.Memory,
        };
    }

    /// <summary>What to send.</summary>
    public ScramChallenge Challenge { get; }

    /// <summary>Begins.</summary>
    /// <param name="credential">The user's, found by <see cref="SaslPrep"/>'s form of <paramref name="authId"/>; or a mock one.</param>
    /// <param name="authId"><c>HELLO.Details.authid</c>, as it was sent.</param>
    /// <param name="hello"><c>HELLO.Details.authextra</c>. A channel binding in it must be one that the caller supports.</param>
    /// <param name="channelData">What the router knows of the channel, by the type of channel binding that HELLO names; empty without one.</param>
    /// <param name="exchange">The exchange.</param>
    /// <param name="problem">Otherwise, what is wrong with HELLO, as a sentence for the client.</param>
    public static bool TryBegin(
        ScramCredential credential,
        string authId,
        ScramAuthExtra hello,
        ReadOnlySpan<byte> channelData,
        [NotNullWhen(true)] out ScramExchange? exchange,
        out string problem)
    {
        problem = "";
        if (hello.Nonce is not { Length: > 0 } nonce || !CanonicalBase64.TryDecode(nonce, out _))
        {
            problem = "wamp-scram needs HELLO.Details.authextra.nonce: random octets in base64.";
        }
        else if (hello.ChannelBinding is not null && channelData.IsEmpty)
        {
            problem = "The channel binding that HELLO asks for is not supported.";
        }

        exchange = problem.Length == 0 ? new ScramExchange(credential, authId, hello, channelData, Authentication.Nonce.Create()) : null;
        return exchange is not null;
    }

    /// <summary>Checks AUTHENTICATE; an exchange takes one answer. Takes as long for a wrong one.</summary>
    /// <param name="proof">AUTHENTICATE.Signature.</param>
    /// <param name="answer">AUTHENTICATE.Extra.</param>
    /// <param name="verifier"><c>WELCOME.Details.authextra</c>.</param>
    public bool TryVerify(string proof, ScramAnswer answer, [NotNullWhen(true)] out ScramVerifier? verifier)
    {
        verifier = null;
        var isRepeated = _isAnswered;
        _isAnswered = true;

        // The text is composed of what the router knows. What the client says of it counts only as equal, and an answer that is not costs the same.
        var own = new ScramAnswer
        {
            Nonce = Challenge.Nonce,
            ChannelBinding = _channelBinding,
            ChannelData = _channelBinding is null ? null : Convert.ToBase64String(_channelData),
        };
        var authMessage = ScramMessages.AuthMessage(_authId, _clientNonce, Challenge, own);
        var isRight = _credential.Verify(authMessage, proof) & AreEqual(own.Nonce, answer.Nonce) & AreEqual(own.ChannelBinding, answer.ChannelBinding)
            & AreEqual(own.ChannelData, answer.ChannelData);
        if (!isRight || isRepeated)
        {
            return false;
        }

        verifier = new ScramVerifier { Verifier = _credential.Verifier(authMessage) };
        return true;
    }

    private static bool AreEqual(string? expected, string? received) =>
        (expected is null) == (received is null) & SecretText.AreEqual(expected ?? "", received ?? "");
}
