using System.Buffers.Text;
using Broker.Serialization;

namespace Broker.LoadTest.Scenarios;

/// <summary>
/// What the text argument of every message starts with: <c>load:SENDER8 SEQUENCE16 TIMESTAMP16</c>, digits in hex of fixed width and no spaces
/// between. It is ASCII and so has the same bytes in every serializer: senders patch it into arguments encoded once, receivers look for it in
/// arguments that nobody decodes.
/// </summary>
/// <param name="Sender">The number of the publisher or caller.</param>
/// <param name="Sequence">0, 1, 2 ... for each sender.</param>
/// <param name="Timestamp">When it was sent, or was due: <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/> of this process.</param>
internal readonly record struct Stamp(int Sender, long Sequence, long Timestamp)
{
    /// <summary>The length in bytes.</summary>
    public const int Length = 5 + 8 + 16 + 16;

    private static ReadOnlySpan<byte> Mark => "load:"u8;

    /// <summary>An Arguments list of one text of <paramref name="size"/> bytes, and where in it the stamp goes.</summary>
    public static byte[] EncodeArguments(SerializerKind serializer, int size, out int offset)
    {
        var encoded = ValueEncoder.Encode(serializer, new Arguments(size));
        offset = encoded.AsSpan().IndexOf(Mark);
        return encoded;
    }

    /// <summary>Writes the stamp over its place in the arguments.</summary>
    public void WriteTo(Span<byte> place)
    {
        Mark.CopyTo(place);
        Sender.TryFormat(place[5..], out _, "x8");
        Sequence.TryFormat(place[13..], out _, "x16");
        Timestamp.TryFormat(place[29..], out _, "x16");
    }

    /// <summary>Finds the stamp in encoded arguments.</summary>
    public static bool TryFind(ReadOnlySpan<byte> arguments, out Stamp stamp)
    {
        stamp = default;
        var offset = arguments.IndexOf(Mark);
        if (offset < 0 || arguments.Length < offset + Length)
        {
            return false;
        }

        var place = arguments.Slice(offset, Length);
        if (!Utf8Parser.TryParse(place.Slice(5, 8), out int sender, out _, 'x')
            || !Utf8Parser.TryParse(place.Slice(13, 16), out long sequence, out _, 'x')
            || !Utf8Parser.TryParse(place.Slice(29, 16), out long timestamp, out _, 'x'))
        {
            return false;
        }

        stamp = new Stamp(sender, sequence, timestamp);
        return true;
    }

    private readonly struct Arguments(int size) : IEncodable
    {
        public void WriteTo<TWriter>(ref TWriter writer)
            where TWriter : struct, ITokenWriter<TWriter>
        {
            var text = new byte[size];
            text.AsSpan().Fill((byte)'x');
            default(Stamp).WriteTo(text);
            writer.WriteListStart(1);
            writer.WriteString(text);
            writer.WriteListEnd();
        }
    }
}
