using System.Buffers;
using Broker.Messages;
using Broker.Serialization;

namespace Broker.Options;

/// <summary>
/// The keys that describe a payload nobody but the two ends can read: <c>ppt_*</c> of the specification's payload passthru mode and, in autobahn's
/// dialect, also <c>enc_*</c>, <c>forward_for</c>, <c>transaction_hash</c> and <c>x_acknowledged_delivery</c>. Their types are checked; those of the
/// specification are kept, to be forwarded unchanged. Most messages have none of them: then there is no such object.
/// </summary>
public sealed record PassthruOptions
{
    private const int Overhead = 48; // of this object

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");

    /// <summary><c>ppt_scheme</c>, or null.</summary>
    public string? Scheme { get; init; }

    /// <summary><c>ppt_serializer</c>, or null.</summary>
    public string? Serializer { get; init; }

    /// <summary><c>ppt_cipher</c>, or null.</summary>
    public string? Cipher { get; init; }

    /// <summary><c>ppt_keyid</c>, or null.</summary>
    public string? KeyId { get; init; }

    /// <summary>Whether payload passthru mode is on: there is a scheme, and it is not empty.</summary>
    public bool IsActive => !string.IsNullOrEmpty(Scheme);

    /// <summary>About how many bytes it holds.</summary>
    internal int Size =>
        Overhead + OptionText.SizeOf(Scheme) + OptionText.SizeOf(Serializer) + OptionText.SizeOf(Cipher) + OptionText.SizeOf(KeyId);

    /// <summary>The name of a key whose text has more bytes in UTF-8 than <paramref name="most"/>, or null.</summary>
    internal string? KeyLongerThan(int most) =>
        OptionText.IsLonger(Scheme, most) ? "ppt_scheme"
        : OptionText.IsLonger(Serializer, most) ? "ppt_serializer"
        : OptionText.IsLonger(Cipher, most) ? "ppt_cipher"
        : OptionText.IsLonger(KeyId, most) ? "ppt_keyid"
        : null;

    /// <summary>Writes the keys that are there into the open dict, if payload passthru mode is on.</summary>
    /// <returns>How many keys were written.</returns>
    public int WriteEntries<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter> =>
        !IsActive ? 0
            : DictEntry.Text(ref writer, "ppt_scheme"u8, Scheme)
            + DictEntry.Text(ref writer, "ppt_serializer"u8, Serializer)
            + DictEntry.Text(ref writer, "ppt_cipher"u8, Cipher)
            + DictEntry.Text(ref writer, "ppt_keyid"u8, KeyId);

    /// <summary>Reads the current value into <paramref name="passthru"/> if <paramref name="key"/> is one of these.</summary>
    internal static bool TryRead<TReader>(ref TReader reader, ReadOnlySpan<byte> key, MessageDialect dialect, ref PassthruOptions? passthru)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (key.StartsWith("ppt_"u8))
        {
            return TryReadPassthru(ref reader, key, ref passthru);
        }

        if (dialect != MessageDialect.Autobahn)
        {
            return false;
        }

        if (key.SequenceEqual("enc_algo"u8))
        {
            RequireAlgorithm(OptionValue.TextOrNull(ref reader, "enc_algo"));
        }
        else if (key.SequenceEqual("enc_key"u8))
        {
            OptionValue.TextOrNull(ref reader, "enc_key");
        }
        else if (key.SequenceEqual("enc_serializer"u8))
        {
            RequireSerializer(OptionValue.TextOrNull(ref reader, "enc_serializer"));
        }
        else if (key.SequenceEqual("forward_for"u8))
        {
            RequireForwardFor(ref reader);
        }
        else if (key.SequenceEqual("transaction_hash"u8))
        {
            OptionValue.TextOrNull(ref reader, "transaction_hash");
        }
        else if (key.SequenceEqual("x_acknowledged_delivery"u8))
        {
            OptionValue.Boolean(ref reader, "x_acknowledged_delivery");
        }
        else
        {
            return false;
        }

        return true;
    }

    private static bool TryReadPassthru<TReader>(ref TReader reader, ReadOnlySpan<byte> key, ref PassthruOptions? passthru)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (key.SequenceEqual("ppt_scheme"u8))
        {
            passthru = (passthru ?? new()) with { Scheme = OptionValue.Text(ref reader, "ppt_scheme") };
        }
        else if (key.SequenceEqual("ppt_serializer"u8))
        {
            passthru = (passthru ?? new()) with { Serializer = OptionValue.Text(ref reader, "ppt_serializer") };
        }
        else if (key.SequenceEqual("ppt_cipher"u8))
        {
            passthru = (passthru ?? new()) with { Cipher = OptionValue.Text(ref reader, "ppt_cipher") };
        }
        else if (key.SequenceEqual("ppt_keyid"u8))
        {
            passthru = (passthru ?? new()) with { KeyId = OptionValue.Text(ref reader, "ppt_keyid") };
        }
        else
        {
            return false;
        }

        return true;
    }

    private static void RequireAlgorithm(string? algorithm)
    {
        if (algorithm is not (null or "" or "cryptobox" or "mqtt" or "xbr") && !IsPrivateName(algorithm))
        {
            OptionValue.Throw("enc_algo", "a known algorithm, nor a private one that starts with x_");
        }
    }

    private static void RequireSerializer(string? serializer)
    {
        if (serializer is not (null or "" or "json" or "msgpack" or "cbor" or "ubjson" or "flatbuffers") && !IsPrivateName(serializer))
        {
            OptionValue.Throw("enc_serializer", "a known serializer, nor a private one that starts with x_");
        }
    }

    private static bool IsPrivateName(string name) =>
        name.Length > 3 && name.StartsWith("x_", StringComparison.Ordinal) && char.IsAsciiLetterLower(name[2])
        && !name.AsSpan(3).ContainsAnyExcept(NameCharacters);

    private static void RequireForwardFor<TReader>(ref TReader reader)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        const string Expected = "a list of dicts with session, authid and authrole";
        if (reader.Type != TokenType.List)
        {
            OptionValue.Throw("forward_for", Expected);
        }

        reader.Enter();
        while (reader.Read())
        {
            if (reader.Type != TokenType.Dict)
            {
                OptionValue.Throw("forward_for", Expected);
            }

            reader.Skip();
        }
    }
}
