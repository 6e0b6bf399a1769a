namespace Broker.Serialization;

/// <summary>The shortest form of everything, at the bounds where the form changes.</summary>
public sealed class BinaryTokenWriterTests
{
    [Theory]
    [InlineData(0, "00", "00")]
    [InlineData(23, "17", "17")]
    [InlineData(24, "18", "1818")]
    [InlineData(127, "7f", "187f")]
    [InlineData(128, "cc80", "1880")]
    [InlineData(255, "ccff", "18ff")]
    [InlineData(256, "cd0100", "190100")]
    [InlineData(65535, "cdffff", "19ffff")]
    [InlineData(65536, "ce00010000", "1a00010000")]
    [InlineData(4294967295, "ceffffffff", "1affffffff")]
    [InlineData(4294967296, "cf0000000100000000", "1b0000000100000000")]
    [InlineData(long.MaxValue, "cf7fffffffffffffff", "1b7fffffffffffffff")]
    [InlineData(-1, "ff", "20")]
    [InlineData(-24, "e8", "37")]
    [InlineData(-25, "e7", "3818")]
    [InlineData(-32, "e0", "381f")]
    [InlineData(-33, "d0df", "3820")]
    [InlineData(-128, "d080", "387f")]
    [InlineData(-129, "d1ff7f", "3880")]
    [InlineData(-256, "d1ff00", "38ff")]
    [InlineData(-257, "d1feff", "390100")]
    [InlineData(-32768, "d18000", "397fff")]
    [InlineData(-32769, "d2ffff7fff", "398000")]
    [InlineData(-65537, "d2fffeffff", "3a00010000")]
    [InlineData(-2147483648, "d280000000", "3a7fffffff")]
    [InlineData(-2147483649, "d3ffffffff7fffffff", "3a80000000")]
    [InlineData(-4294967297, "d3fffffffeffffffff", "3b0000000100000000")]
    [InlineData(long.MinValue, "d38000000000000000", "3b7fffffffffffffff")]
    public void Integers(long value, string messagePack, string cbor)
    {
        Assert.Equal(messagePack, Hex<MessagePackTokenWriter>((ref w) => w.WriteInteger(value)));
        Assert.Equal(cbor, Hex<CborTokenWriter>((ref w) => w.WriteInteger(value)));
        if (value >= 0)
        {
            Assert.Equal(messagePack, Hex<MessagePackTokenWriter>((ref w) => w.WriteInteger((ulong)value)));
            Assert.Equal(cbor, Hex<CborTokenWriter>((ref w) => w.WriteInteger((ulong)value)));
        }
    }

    [Fact]
    public void The_greatest_integer()
    {
        Assert.Equal("cfffffffffffffffff", Hex<MessagePackTokenWriter>((ref w) => w.WriteInteger(ulong.MaxValue)));
        Assert.Equal("1bffffffffffffffff", Hex<CborTokenWriter>((ref w) => w.WriteInteger(ulong.MaxValue)));
    }

    [Fact]
    public void Simple_values_and_floats()
    {
        Assert.Equal("c0", Hex<MessagePackTokenWriter>((ref w) => w.WriteNull()));
        Assert.Equal("f6", Hex<CborTokenWriter>((ref w) => w.WriteNull()));
        Assert.Equal("c2", Hex<MessagePackTokenWriter>((ref w) => w.WriteBoolean(value: false)));
        Assert.Equal("f4", Hex<CborTokenWriter>((ref w) => w.WriteBoolean(value: false)));
        Assert.Equal("c3", Hex<MessagePackTokenWriter>((ref w) => w.WriteBoolean(value: true)));
        Assert.Equal("f5", Hex<CborTokenWriter>((ref w) => w.WriteBoolean(value: true)));
        Assert.Equal("cb3ff0000000000000", Hex<MessagePackTokenWriter>((ref w) => w.WriteFloat(1)));
        Assert.Equal("fb3ff0000000000000", Hex<CborTokenWriter>((ref w) => w.WriteFloat(1)));
        Assert.Equal("cb7ff0000000000000", Hex<MessagePackTokenWriter>((ref w) => w.WriteFloat(double.PositiveInfinity)));
        Assert.Equal("fbfff0000000000000", Hex<CborTokenWriter>((ref w) => w.WriteFloat(double.NegativeInfinity)));
    }

    [Theory]
    [InlineData(0, "a0", "60", "c400", "40")]
    [InlineData(23, "b7", "77", "c417", "57")]
    [InlineData(24, "b8", "7818", "c418", "5818")]
    [InlineData(31, "bf", "781f", "c41f", "581f")]
    [InlineData(32, "d920", "7820", "c420", "5820")]
    [InlineData(255, "d9ff", "78ff", "c4ff", "58ff")]
    [InlineData(256, "da0100", "790100", "c50100", "590100")]
    [InlineData(65535, "daffff", "79ffff", "c5ffff", "59ffff")]
    [InlineData(65536, "db00010000", "7a00010000", "c600010000", "5a00010000")]
    public void Headers_of_text_keys_and_binary(int length, string text, string cborText, string binary, string cborBinary)
    {
        var content = new byte[length];
        content.AsSpan().Fill((byte)'x');
        var rest = Convert.ToHexStringLower(content);
        Assert.Equal(text + rest, Hex<MessagePackTokenWriter>((ref w) => w.WriteString(content)));
        Assert.Equal(text + rest, Hex<MessagePackTokenWriter>((ref w) => w.WriteKey(content)));
        Assert.Equal(binary + rest, Hex<MessagePackTokenWriter>((ref w) => w.WriteBinary(content)));
        Assert.Equal(cborText + rest, Hex<CborTokenWriter>((ref w) => w.WriteString(content)));
        Assert.Equal(cborText + rest, Hex<CborTokenWriter>((ref w) => w.WriteKey(content)));
        Assert.Equal(cborBinary + rest, Hex<CborTokenWriter>((ref w) => w.WriteBinary(content)));
    }

    [Theory]
    [InlineData(0, "90", "80", "80", "a0")]
    [InlineData(15, "9f", "8f", "8f", "af")]
    [InlineData(16, "dc0010", "de0010", "90", "b0")]
    [InlineData(23, "dc0017", "de0017", "97", "b7")]
    [InlineData(24, "dc0018", "de0018", "9818", "b818")]
    [InlineData(255, "dc00ff", "de00ff", "98ff", "b8ff")]
    [InlineData(256, "dc0100", "de0100", "990100", "b90100")]
    [InlineData(65535, "dcffff", "deffff", "99ffff", "b9ffff")]
    [InlineData(65536, "dd00010000", "df00010000", "9a00010000", "ba00010000")]
    public void Headers_of_lists_and_dicts_known_before_and_after(int count, string list, string dict, string cborList, string cborDict)
    {
        var elements = string.Concat(Enumerable.Repeat("01", count));
        Assert.Equal(list + elements + "02", Hex<MessagePackTokenWriter>((ref w) => List(ref w, count)));
        Assert.Equal(list + elements + "02", Hex<MessagePackTokenWriter>((ref w) => ListByMark(ref w, count)));
        Assert.Equal(cborList + elements + "02", Hex<CborTokenWriter>((ref w) => List(ref w, count)));
        Assert.Equal(cborList + elements + "02", Hex<CborTokenWriter>((ref w) => ListByMark(ref w, count)));

        var entries = string.Concat(Enumerable.Repeat("a16b01", count));
        Assert.Equal(dict + entries + "02", Hex<MessagePackTokenWriter>((ref w) => Dict(ref w, count)));
        Assert.Equal(dict + entries + "02", Hex<MessagePackTokenWriter>((ref w) => DictByMark(ref w, count)));
        entries = string.Concat(Enumerable.Repeat("616b01", count));
        Assert.Equal(cborDict + entries + "02", Hex<CborTokenWriter>((ref w) => Dict(ref w, count)));
        Assert.Equal(cborDict + entries + "02", Hex<CborTokenWriter>((ref w) => DictByMark(ref w, count)));
    }

    [Fact]
    public void Marks_hold_while_inner_headers_grow()
    {
        Assert.Equal("9192" + "dc001e" + string.Concat(Enumerable.Repeat("01", 30)) + "02" + "80", Hex<MessagePackTokenWriter>(Nested));
        Assert.Equal("8182" + "981e" + string.Concat(Enumerable.Repeat("01", 30)) + "02" + "a0", Hex<CborTokenWriter>(Nested));

        static void Nested<TWriter>(ref TWriter writer) where TWriter : struct, ITokenWriter<TWriter>
        {
            var outer = writer.OpenList();
            var middle = writer.OpenList();
            ListByMark(ref writer, 30);
            writer.CloseList(middle, 2);
            var dict = writer.OpenDict();
            writer.CloseDict(dict, 0);
            writer.CloseList(outer, 1);
        }
    }

    [Fact]
    public void Encoded_elements_are_spliced()
    {
        Assert.Equal("93010203", Hex<MessagePackTokenWriter>(Splice));
        Assert.Equal("83010203", Hex<CborTokenWriter>(Splice));

        static void Splice<TWriter>(ref TWriter writer) where TWriter : struct, ITokenWriter<TWriter>
        {
            writer.WriteListStart(3);
            writer.WriteInteger(1L);
            writer.WriteEncoded([2, 3]);
            writer.WriteListEnd();
        }
    }

    private static void List<TWriter>(ref TWriter writer, int count) where TWriter : struct, ITokenWriter<TWriter>
    {
        writer.WriteListStart(count);
        Ones(ref writer, count, keys: false);
        writer.WriteListEnd();
        writer.WriteInteger(2L);
    }

    private static void ListByMark<TWriter>(ref TWriter writer, int count) where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenList();
        Ones(ref writer, count, keys: false);
        writer.CloseList(mark, count);
        writer.WriteInteger(2L);
    }

    private static void Dict<TWriter>(ref TWriter writer, int count) where TWriter : struct, ITokenWriter<TWriter>
    {
        writer.WriteDictStart(count);
        Ones(ref writer, count, keys: true);
        writer.WriteDictEnd();
        writer.WriteInteger(2L);
    }

    private static void DictByMark<TWriter>(ref TWriter writer, int count) where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        Ones(ref writer, count, keys: true);
        writer.CloseDict(mark, count);
        writer.WriteInteger(2L);
    }

    private static void Ones<TWriter>(ref TWriter writer, int count, bool keys) where TWriter : struct, ITokenWriter<TWriter>
    {
        for (var i = 0; i < count; i++)
        {
            if (keys)
            {
                writer.WriteKey("k"u8);
            }

            writer.WriteInteger(1L);
        }
    }

    private delegate void Write<TWriter>(ref TWriter writer) where TWriter : struct, ITokenWriter<TWriter>;

    private static string Hex<TWriter>(Write<TWriter> write) where TWriter : struct, ITokenWriter<TWriter>
    {
        using var buffer = new ByteBuffer(capacity: 16);
        var writer = TWriter.Create(buffer);
        write(ref writer);
        return Convert.ToHexStringLower(buffer.Written);
    }
}
