using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Broker.Transports;

/// <summary>Feeds one stream of bytes to readers in many ways, and tells what they made of it.</summary>
internal static class FrameFeed
{
    /// <summary>Expects the same outcome however the stream is cut into segments and however it arrives.</summary>
    public static void ExpectEverySplit(Func<IFrameReader> create, byte[] stream, params string[] expected)
    {
        Expect(expected, "in one segment", Read(create, [stream], Segments.One));
        Expect(expected, "in segments of one byte", Read(create, [stream], bytes => Segments.Every(bytes, 1)));
        Expect(expected, "arriving in small parts", Read(create, stream.Chunk(stream.Length <= 2048 ? 1 : 509), Segments.One));
        Expect(expected, "arriving in parts and segments", Read(create, stream.Chunk(stream.Length <= 2048 ? 3 : 1021), Cut));
        foreach (var split in Splits(stream.Length))
        {
            byte[][] parts = [stream[..split], stream[split..]];
            Expect(expected, $"in two segments, cut at {split}", Read(create, [stream], bytes => Segments.Two(bytes, split)));
            Expect(expected, $"in two arrivals, cut at {split}", Read(create, parts, Segments.One));
            Expect(expected, $"in two arrivals and segments, cut at {split}", Read(create, parts, Cut));
        }
    }

    /// <summary>Reads a stream that arrives in parts; <paramref name="shape"/> lays out what a reader sees each time.</summary>
    public static List<string> Read(Func<IFrameReader> create, IEnumerable<byte[]> parts, Shape shape)
    {
        using var reader = create();
        var outcome = new List<string>();
        byte[] waiting = [];
        foreach (var part in parts)
        {
            waiting = [.. waiting, .. part];
            var buffer = shape(waiting);
            var before = buffer.Length;
            while (true)
            {
                var kind = reader.Read(ref buffer, out var payload);
                Assert.True(buffer.Length <= before);
                if (kind == FrameKind.NeedMore)
                {
                    break;
                }

                outcome.Add(Describe(reader, kind, payload));
                if (kind >= FrameKind.Close)
                {
                    ExpectToStayEnded(reader, kind);
                    return outcome;
                }

                // Of a batch, the last byte is consumed with the last message.
                Assert.True(buffer.Length < before || (reader is BatchedFrameReader && !buffer.IsEmpty), "A frame was returned without consuming anything.");
                before = buffer.Length;
            }

            // What a reader leaves must be untouched: it is presented again, in other memory.
            waiting = buffer.ToArray();
        }

        return outcome;
    }

    public delegate ReadOnlySequence<byte> Shape(ReadOnlySpan<byte> bytes);

    public static ReadOnlySequence<byte> Cut(ReadOnlySpan<byte> bytes) => Segments.Two(bytes, bytes.Length / 2);

    public static string Message(ReadOnlySpan<byte> payload) => Entry(FrameKind.Message, payload);

    public static string Message(string text) => Message(Encoding.UTF8.GetBytes(text));

    public static string PingOf(ReadOnlySpan<byte> payload) => Entry(FrameKind.Ping, payload);

    public static string PongOf(ReadOnlySpan<byte> payload) => Entry(FrameKind.Pong, payload);

    public static string CloseOf(int code, string reason = "") => $"Close {code} {reason}";

    public static string Violation(int code) => $"Violation {code}";

    private static string Entry(FrameKind kind, ReadOnlySpan<byte> payload) =>
        payload.Length <= 32
            ? $"{kind} {Convert.ToHexString(payload)}"
            : $"{kind} {payload.Length} {Convert.ToHexString(SHA256.HashData(payload))}";

    private static string Describe(IFrameReader reader, FrameKind kind, ReadOnlySpan<byte> payload)
    {
        switch (kind)
        {
            case FrameKind.Violation or FrameKind.BrokenMessage:
                Assert.EndsWith(".", reader.Reason);
                Assert.True(payload.IsEmpty);
                return $"{kind} {reader.CloseCode}";
            case FrameKind.Close:
                return CloseOf(reader.CloseCode, Encoding.UTF8.GetString(payload));
            default:
                return Entry(kind, payload);
        }
    }

    private static void ExpectToStayEnded(IFrameReader reader, FrameKind kind)
    {
        var (code, reason) = (reader.CloseCode, reader.Reason);
        var more = Segments.One(ClientFrames.Binary("more"u8));
        Assert.Equal(kind, reader.Read(ref more, out var payload));
        Assert.True(payload.IsEmpty);
        Assert.True(more.IsEmpty);
        Assert.Equal((code, reason, 0), (reader.CloseCode, reader.Reason, reader.HeldBytes));
    }

    private static IEnumerable<int> Splits(int length) => length <= 1024
        ? Enumerable.Range(0, length + 1)
        : new[] { 4095, 4096, 4097, 4110 }.Where(split => split < length - 6).Concat(Enumerable.Range(0, 20)).Concat(Enumerable.Range(length - 6, 7));

    private static void Expect(string[] expected, string how, List<string> actual) =>
        Assert.True(expected.SequenceEqual(actual), $"{how}: expected [{string.Join("; ", expected)}], got [{string.Join("; ", actual)}]");
}
