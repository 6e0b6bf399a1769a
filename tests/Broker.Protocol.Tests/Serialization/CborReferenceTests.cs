using System.Formats.Cbor;
using System.Globalization;
using System.Text;

namespace Broker.Serialization;

/// <summary>Our CBOR held against the framework's, which knows more of RFC 8949 than WAMP has use for.</summary>
public sealed class CborReferenceTests
{
    [Fact]
    public void What_we_accept_means_the_same_to_the_reference()
    {
        byte[] alphabet =
            [0x00, 0x18, 0x20, 0x40, 0x41, 0x5f, 0x60, 0x61, 0x7f, 0x80, 0x81, 0x9f, 0xa1, 0xbf, 0xf4, 0xf6, 0xf7, 0xf9, 0xff, 0xff];
        var random = new Random(20260104);
        var accepted = 0;
        for (var i = 0; i < 60_000; i++)
        {
            var bytes = new byte[random.Next(1, 14)];
            random.GetItems(alphabet, bytes);
            if (Ours(bytes) is { } text)
            {
                accepted++;
                Assert.Equal(text, Theirs(bytes));
            }
        }

        Assert.True(accepted > 1000, $"only {accepted} of the samples are values");
    }

    [Fact]
    public void Every_form_means_the_same_to_the_reference()
    {
        foreach (var row in CborTokenReaderTests.Values.Where(row => !row.Data.Item2.StartsWith('~')))
        {
            Assert.Equal(row.Data.Item2, Theirs(Convert.FromHexString(row.Data.Item1)));
        }
    }

    [Fact]
    public void What_the_reference_writes_is_what_we_write()
    {
        var reference = new CborWriter(CborConformanceMode.Strict);
        using var buffer = new ByteBuffer();
        var ours = CborTokenWriter.Create(buffer);
        reference.WriteStartArray(64 * 3);
        ours.WriteListStart(64 * 3);
        for (var bit = 0; bit < 64; bit++)
        {
            var value = 1UL << bit;
            reference.WriteUInt64(value);
            ours.WriteInteger(value);
            reference.WriteUInt64(value - 1);
            ours.WriteInteger(value - 1);
            reference.WriteInt64(unchecked(-(long)value));
            ours.WriteInteger(unchecked(-(long)value));
        }

        reference.WriteEndArray();
        ours.WriteListEnd();
        Assert.Equal(reference.Encode(), buffer.Written.ToArray());
        Assert.Equal(Theirs(buffer.Written.ToArray()), TokenText.Of<CborTokenReader>(buffer.Written));
    }

    private static string? Ours(byte[] bytes)
    {
        try
        {
            return TokenText.Of<CborTokenReader>(bytes);
        }
        catch (WampProtocolException)
        {
            return null;
        }
    }

    private static string Theirs(byte[] bytes)
    {
        var reader = new CborReader(bytes, CborConformanceMode.Lax);
        var text = new StringBuilder();
        Value(reader, text);
        Assert.Equal(0, reader.BytesRemaining);
        return text.ToString();
    }

    private static void Value(CborReader reader, StringBuilder text)
    {
        switch (reader.PeekState())
        {
            case CborReaderState.UnsignedInteger:
                text.Append(reader.ReadUInt64());
                break;
            case CborReaderState.NegativeInteger:
                text.Append(reader.ReadInt64());
                break;
            case CborReaderState.ByteString or CborReaderState.StartIndefiniteLengthByteString:
                text.Append("h'").Append(Convert.ToHexStringLower(reader.ReadByteString())).Append('\'');
                break;
            case CborReaderState.TextString or CborReaderState.StartIndefiniteLengthTextString:
                text.Append('"').Append(reader.ReadTextString()).Append('"');
                break;
            case CborReaderState.HalfPrecisionFloat or CborReaderState.SinglePrecisionFloat or CborReaderState.DoublePrecisionFloat:
                text.Append(CultureInfo.InvariantCulture, $"{reader.ReadDouble():R}f");
                break;
            case CborReaderState.Boolean:
                text.Append(reader.ReadBoolean() ? "true" : "false");
                break;
            case CborReaderState.StartArray:
                reader.ReadStartArray();
                text.Append('[');
                for (var first = true; reader.PeekState() != CborReaderState.EndArray; first = false)
                {
                    text.Append(first ? "" : " ");
                    Value(reader, text);
                }

                reader.ReadEndArray();
                text.Append(']');
                break;
            case CborReaderState.StartMap:
                reader.ReadStartMap();
                text.Append('{');
                for (var first = true; reader.PeekState() != CborReaderState.EndMap; first = false)
                {
                    text.Append(first ? "\"" : " \"").Append(reader.ReadTextString()).Append("\":");
                    Value(reader, text);
                }

                reader.ReadEndMap();
                text.Append('}');
                break;
            default:
                Assert.Contains(reader.ReadSimpleValue(), (CborSimpleValue[])[CborSimpleValue.Null, CborSimpleValue.Undefined]);
                text.Append("null");
                break;
        }
    }
}
