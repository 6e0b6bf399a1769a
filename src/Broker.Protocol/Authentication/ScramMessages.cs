using System.Globalization;
using System.Text;
using Broker.Options;

namespace Broker.Authentication;

/// <summary>The text that both proofs of WAMP-SCRAM are made over (RFC 5802, section 7; WAMP specification, "AuthMessage").</summary>
public static class ScramMessages
{
    /// <summary>Composes the text.</summary>
    /// <param name="authId"><c>HELLO.Details.authid</c>, as it was sent.</param>
    /// <param name="clientNonce"><c>HELLO.Details.authextra.nonce</c>.</param>
    /// <param name="challenge">CHALLENGE.Extra.</param>
    /// <param name="answer">AUTHENTICATE.Extra.</param>
    public static string AuthMessage(string authId, string clientNonce, ScramChallenge challenge, ScramAnswer answer)
    {
        var channelFlag = answer.ChannelBinding is { } type ? "p=" + type : "n";
        byte[] channel = [.. Encoding.UTF8.GetBytes(channelFlag + ",,"), .. Convert.FromBase64String(answer.ChannelData ?? "")];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"n={Escape(authId)},r={clientNonce},r={challenge.Nonce},s={challenge.Salt},i={challenge.Iterations},c={Convert.ToBase64String(channel)},r={answer.Nonce}");
    }

    /// <summary>A name as it stands in the text: <c>=</c> becomes <c>=3D</c> and the comma <c>=2C</c>.</summary>
    public static string Escape(string authId) =>
        authId.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);
}
