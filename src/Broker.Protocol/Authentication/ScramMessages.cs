using System.Globalization;
using System.Text;
using Broker.Options;

namespace Broker.Authentication;

/// <summary>The text that both proofs of WAMP-SCRAM are made over (RFC 5802, section 7; WAMP specification, "AuthMessage").</summary>
public static class ScramMessages
{
    private const int MinRouterNonce = 8;

    /// <summary>Composes the text.</summary>
    /// <param name="authId"><c>HELLO.Details.authid</c>, as it was sent.</param>
    /// <param name="clientNonce"><c>HELLO.Details.authextra.nonce</c>.</param>
    /// <param name="challenge">CHALLENGE.Extra.</param>
    /// <param name="answer">AUTHENTICATE.Extra, whose channel data are base64.</param>
    public static string AuthMessage(string authId, string clientNonce, ScramChallenge challenge, ScramAnswer answer)
    {
        var channelFlag = answer.ChannelBinding is { } type ? "p=" + type : "n";
        byte[] channel = [.. Encoding.UTF8.GetBytes(channelFlag + ",,"), .. Convert.FromBase64String(answer.ChannelData ?? "")];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"n={Escape(authId)},r={clientNonce},"
            + $"r={challenge.Nonce},s={challenge.Salt},i={challenge.Iterations},"
            + $"c={Convert.ToBase64String(channel)},r={answer.Nonce}");
    }

    /// <summary>A name as it stands in the text: <c>=</c> becomes <c>=3D</c> and the comma <c>=2C</c>.</summary>
    public static string Escape(string authId) =>
        authId.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);

    /// <summary>
    /// Whether the nonce of CHALLENGE goes on where the client's ends, with enough of the router's own to make the exchange one of its kind.
    /// </summary>
    /// <param name="clientNonce"><c>HELLO.Details.authextra.nonce</c>.</param>
    /// <param name="nonce"><c>CHALLENGE.Extra.nonce</c>.</param>
    public static bool IsContinued(string clientNonce, string? nonce) =>
        nonce is not null && nonce.StartsWith(clientNonce, StringComparison.Ordinal) && nonce.Length >= clientNonce.Length + MinRouterNonce
        && IsPrintable(nonce.AsSpan(clientNonce.Length));

    /// <summary>Whether what WELCOME carries is the proof that was to come. Takes as long for a wrong one.</summary>
    /// <param name="expected">Of <see cref="ScramKeys.Verifier"/>.</param>
    /// <param name="received">
    /// <c>WELCOME.Details.authextra.verifier</c>: base64, in front of which the specification's example has <c>v=</c>.
    /// </param>
    public static bool IsVerifier(string expected, string received) =>
        SecretText.AreEqual(expected, received.StartsWith("v=", StringComparison.Ordinal) ? received[2..] : received);

    // RFC 5802, section 7: visible ASCII without a comma, which would end the nonce inside of the text.
    private static bool IsPrintable(ReadOnlySpan<char> nonce) => !nonce.ContainsAnyExceptInRange('!', '~') && !nonce.Contains(',');
}
