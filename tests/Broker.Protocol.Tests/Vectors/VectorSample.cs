using System.Text;
using System.Text.Json;
using Broker.Messages;
using Broker.Serialization;

namespace Broker.Vectors;

/// <summary>One sample of a file of single-message vectors.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Index">Its place in <c>samples</c>.</param>
/// <param name="Json">The sample.</param>
internal sealed record VectorSample(string File, int Index, JsonElement Json)
{
    private static readonly string[] SerializerIds = ["json", "msgpack", "cbor"];
    private static readonly string[] AutobahnKeys = ["enc_algo", "enc_serializer", "enc_key", "forward_for", "transaction_hash", "x_acknowledged_delivery"];

    /// <summary>Whether the sample is an abstract message to accept or to reject, rather than bytes.</summary>
    public bool IsValidation => Json.TryGetProperty("wmsg", out _);

    /// <summary>The attributes that the decoded message has.</summary>
    public JsonElement Expected => Json.GetProperty("expected_attributes");

    /// <summary>Whether the sample holds something that only autobahn knows (docs/test-vectors.md).</summary>
    public bool IsAutobahns
    {
        get
        {
            var text = IsValidation ? Json.GetProperty("wmsg").GetRawText() : Expected.GetRawText();
            return File == "eventreceived.json" || AutobahnKeys.Any(key => text.Contains('"' + key + '"', StringComparison.Ordinal));
        }
    }

    /// <summary>The dialect in which the sample is to be parsed.</summary>
    public MessageDialect Dialect => IsAutobahns ? MessageDialect.Autobahn : MessageDialect.Specification;

    /// <summary>The byte strings that a serializer may write for this message.</summary>
    public IReadOnlyList<byte[]> Variants(SerializerKind serializer) =>
        [.. Json.GetProperty("serializers").GetProperty(SerializerIds[(int)serializer]).EnumerateArray().Select(Bytes)];

    private static byte[] Bytes(JsonElement variant)
    {
        var text = variant.TryGetProperty("bytes", out var plain) ? Encoding.UTF8.GetBytes(plain.GetString()!) : null;
        var hex = variant.TryGetProperty("bytes_hex", out var digits) ? Convert.FromHexString(digits.GetString()!) : null;
        var base64 = variant.TryGetProperty("bytes_base64", out var encoded) ? encoded.GetBytesFromBase64() : null;
        if (text is not null && hex is not null)
        {
            Assert.Equal(text, hex);
        }

        return hex ?? base64 ?? text ?? throw new InvalidDataException("A variant has no bytes.");
    }
}
