using System.Text;
using Broker.Serialization;

namespace Broker.Options;

/// <summary>
/// What the router tells of who published or called, in EVENT.Details and INVOCATION.Details (WAMP specification, "Publisher
/// Identification", "Caller Identification", "Publication Trust Levels", "Call Trust Levels").
/// </summary>
public struct DisclosedPeer
{
    /// <summary><c>publisher</c> or <c>caller</c>: the session id, if disclosed; otherwise 0.</summary>
    public long Session { get; set; }

    /// <summary><c>publisher_authid</c> or <c>caller_authid</c>, or null.</summary>
    public string? AuthId { get; set; }

    /// <summary><c>publisher_authrole</c> or <c>caller_authrole</c>, or null.</summary>
    public string? AuthRole { get; set; }

    /// <summary><c>trustlevel</c>, 0 the least; or null.</summary>
    public long? TrustLevel { get; set; }

    /// <summary>Writes the keys that are there into a dict that is open.</summary>
    /// <returns>How many keys were written.</returns>
    internal readonly int WriteEntries<TWriter>(ref TWriter writer, Keys keys)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var count = Session == 0 ? 0 : DictEntry.Integer(ref writer, keys.Session.Utf8, Session);
        count += DictEntry.Text(ref writer, keys.AuthId.Utf8, AuthId);
        count += DictEntry.Text(ref writer, keys.AuthRole.Utf8, AuthRole);
        return TrustLevel is { } trustLevel ? count + DictEntry.Integer(ref writer, "trustlevel"u8, trustLevel) : count;
    }

    /// <summary>Reads the current value if <paramref name="key"/> is one of these.</summary>
    internal bool TryRead<TReader>(ref TReader reader, ReadOnlySpan<byte> key, Keys keys)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (key.SequenceEqual(keys.Session.Utf8))
        {
            Session = reader.Type == TokenType.Null ? 0 : OptionValue.Id(ref reader, keys.Session.Text);
        }
        else if (key.SequenceEqual(keys.AuthId.Utf8))
        {
            AuthId = OptionValue.TextOrNull(ref reader, keys.AuthId.Text);
        }
        else if (key.SequenceEqual(keys.AuthRole.Utf8))
        {
            AuthRole = OptionValue.TextOrNull(ref reader, keys.AuthRole.Text);
        }
        else if (key.SequenceEqual("trustlevel"u8) || key.SequenceEqual("trust_level"u8))
        {
            TrustLevel = OptionValue.NotNegative(ref reader, "trustlevel");
        }
        else
        {
            return false;
        }

        return true;
    }

    /// <summary>The keys of one kind of peer.</summary>
    internal sealed class Keys
    {
        private Keys(string kind)
        {
            Session = Of(kind);
            AuthId = Of(kind + "_authid");
            AuthRole = Of(kind + "_authrole");
        }

        public static Keys Publisher { get; } = new("publisher");

        public static Keys Caller { get; } = new("caller");

        public (string Text, byte[] Utf8) Session { get; }

        public (string Text, byte[] Utf8) AuthId { get; }

        public (string Text, byte[] Utf8) AuthRole { get; }

        private static (string Text, byte[] Utf8) Of(string key) => (key, Encoding.ASCII.GetBytes(key));
    }
}
