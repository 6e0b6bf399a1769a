using System.Runtime.InteropServices;

namespace Broker.Serialization;

/// <summary>
/// Random and mutated bytes, the same in every run: a reader ends, and only a <see cref="WampProtocolException"/> leaves it.
/// </summary>
public sealed class TokenFuzzTests
{
    private const int Rounds = 20_000;

    public static readonly TheoryData<SerializerKind> All = [SerializerKind.Json, SerializerKind.MessagePack, SerializerKind.Cbor];

    [Theory]
    [MemberData(nameof(All))]
    public void Random_bytes(SerializerKind kind)
    {
        var random = new Random(20260101 + (int)kind);
        for (var i = 0; i < Rounds; i++)
        {
            var bytes = new byte[random.Next(1, 40)];
            random.NextBytes(bytes);
            Take(kind, bytes);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Random_tokens(SerializerKind kind)
    {
        // Few distinct bytes make structure likely: containers, breaks, short strings, lengths that lie.
        byte[] alphabet = kind switch
        {
            SerializerKind.Json => "[]{}\",:10.e-\\u\0 tab"u8.ToArray(),
            SerializerKind.MessagePack =>
                [0x00, 0x01, 0x80, 0x81, 0x82, 0x90, 0x91, 0x93, 0xa0, 0xa1, 0xc0, 0xc4, 0xca, 0xd9, 0xdc, 0xde, 0xdd, 0xff, 0x61],
            _ =>
                [0x20, 0x40, 0x41, 0x5f, 0x60, 0x61, 0x7f, 0x80, 0x81, 0x83, 0x9f, 0xa0, 0xa1, 0xbf, 0xbf, 0xf6, 0xf9, 0xff, 0xff, 0xff],
        };
        var random = new Random(20260102 + (int)kind);
        for (var i = 0; i < Rounds; i++)
        {
            var bytes = new byte[random.Next(1, 24)];
            random.GetItems(alphabet, bytes);
            Take(kind, bytes);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Mutated_messages(SerializerKind kind)
    {
        var sample = SampleMessages.Encode(kind);
        var random = new Random(20260103 + (int)kind);
        for (var i = 0; i < Rounds; i++)
        {
            var bytes = sample.ToList();
            for (var mutation = random.Next(1, 4); mutation > 0; mutation--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0: bytes[at] = (byte)random.Next(256); break;
                    case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                    case 2: bytes.Insert(at, (byte)random.Next(256)); break;
                    default: bytes.RemoveAt(at); break;
                }
            }

            Take(kind, [.. CollectionsMarshal.AsSpan(bytes)]);
        }
    }

    /// <summary>Reads, skips and transcodes: all agree on whether the bytes are a value, and on which.</summary>
    private static void Take(SerializerKind kind, byte[] bytes)
    {
        var text = Attempt(() => TokenText.Of(kind, bytes));
        var skipped = Attempt(() => { TokenText.Skip(kind, bytes); return ""; });
        Assert.True((text is null) == (skipped is null), $"{kind} {Convert.ToHexString(bytes)}: read {text}, skip {skipped}");

        foreach (var to in (SerializerKind[])[SerializerKind.Json, SerializerKind.MessagePack, SerializerKind.Cbor])
        {
            if (to == kind)
            {
                continue;
            }

            using var target = new ByteBuffer();
            var done = false;
            var outcome = Attempt(() => { done = Transcoder.TryTranscodeValue(kind, bytes, to, target); return ""; });
            // What follows an untranslatable value stays unread: then false says nothing about the rest.
            Assert.True(text is null ? !done : outcome is not null,
                $"{kind} to {to}, {Convert.ToHexString(bytes)}: read {text}, transcode {outcome}");
            if (done)
            {
                var carried = TokenText.Of(to, target.Written);
                Assert.True(text!.Contains('~') || text == carried,
                    $"{kind} to {to}, {Convert.ToHexString(bytes)}: {text} became {carried}");
            }
            else
            {
                Assert.Equal(0, target.Count);
            }
        }
    }

    private static string? Attempt(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (WampProtocolException)
        {
            return null;
        }
    }
}
