using System.Globalization;
using System.Text;
using Broker.Options;
using Broker.Serialization;

namespace Broker.Authentication;

/// <summary>What a WAMP-CRA challenge says and the client signs: JSON, for a third party may sign and wants to know what.</summary>
public sealed record CraChallengeText : IEncodable
{
    /// <summary><c>authid</c>: who the session will be.</summary>
    public required string AuthId { get; init; }

    /// <summary><c>authrole</c>: what it will be allowed.</summary>
    public required string AuthRole { get; init; }

    /// <summary><c>authprovider</c>: who knows the secret.</summary>
    public required string AuthProvider { get; init; }

    /// <summary><c>nonce</c>: of <see cref="Authentication.Nonce.Create"/>.</summary>
    public required string Nonce { get; init; }

    /// <summary><c>timestamp</c>: when the challenge was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary><c>session</c>: the id that WELCOME will carry.</summary>
    public required long SessionId { get; init; }

    /// <summary>The text to send. Keep it: the signature is over these letters.</summary>
    public string Compose() => Encoding.UTF8.GetString(ValueEncoder.Encode(SerializerKind.Json, this));

    /// <inheritdoc/>
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        var count = DictEntry.Text(ref writer, "authid"u8, AuthId)
            + DictEntry.Text(ref writer, "authrole"u8, AuthRole)
            + DictEntry.Text(ref writer, "authmethod"u8, AuthMethods.WampCra)
            + DictEntry.Text(ref writer, "authprovider"u8, AuthProvider)
            + DictEntry.Text(ref writer, "nonce"u8, Nonce)
            + DictEntry.Text(ref writer, "timestamp"u8, Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))
            + DictEntry.Integer(ref writer, "session"u8, SessionId);
        writer.CloseDict(mark, count);
    }
}
