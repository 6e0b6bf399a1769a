using System.Text;

namespace Broker.Serialization;

/// <summary>
/// Our JSON held against the framework's: both accept or both refuse, with the same tokens, values and offsets, at the same token and by the
/// same sentence; and what is passed over is checked no less than what is read.
/// </summary>
public sealed class JsonReferenceTests
{
    private const int Rounds = 15_000;
    private const int MaxDepth = 6;

    /// <summary>Each is one document; bytes beyond 0x7f stand for themselves.</summary>
    public static readonly TheoryData<string> Accepted =
    [
        // structure and white space
        "[]", "{}", " [ ] ", "\t\r\n{ \n}", "[[[[[[]]]]]]", "[[],{},[]]", "{\"a\":{\"b\":[{}]}}", "{\"\":0}",
        "{\"a\":1,\"a\":2}", "[1 ,\n2]", "null", " true\n", "0", "\"\"",
        // numbers
        "[0]", "[-0]", "[-1]", "[0.0]", "[-0.5]", "[0e0]", "[0E+0]", "[1e-0]", "[1e05]", "[1.0e+10]", "[123456789012345678]",
        "[1234567890123456789]",
        "[-123456789012345678]", "[99999999999999999999999]", "[1e9999]", "[-1e9999]", "[1e-9999]", "[1e99999999999999999999]", "-0", "1E1",
        // strings
        "[\"\\u0041\"]", "[\"\\uABCD\\uabcd\"]", "[\"\\ud83d\\ude00\"]", "[\"\\uDBFF\\uDFFF\"]",
        "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "[\"\u007f\"]", "[\"/*\"]", "[\"a//b\"]",
        "[\"\\\\u0000\"]", "[\"\\u0000\"]", "[\"\\u0000AA==\"]", "[\"\\u0000\\/\\/8=\"]", "[\"a\\u0000\"]", "{\"\\u0000a\":1}",
        "[\"\xC3\xA9\"]", "[\"\xF4\x8F\xBF\xBF\"]", "[\"\xEF\xBB\xBF\"]",
        "[\"\xE2\x80\xA8\xE2\x80\xA9\"]", "[\"\\u2028\"]", "[\"\\\\\"]", "[\"\\\\\\\"\"]",
    ];

    /// <summary>Each is one document; bytes beyond 0x7f stand for themselves.</summary>
    public static readonly TheoryData<string> Refused =
    [
        // structure
        "", " ", "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]", "[1]]", "[1}", "{]", "{\"a\":1]",
        "[][]", "[]1", "1 2", "[],", ",[]", "[:]", "[1:2]",
        "[[[[[[[]]]]]]]", "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}",
        // dicts
        "{\"a\"}", "{\"a\":}", "{\"a\",1}", "{\"a\":1,}", "{,\"a\":1}", "{\"a\":1 \"b\":2}", "{\"a\"::1}", "{\"a\":1:2}",
        "{a:1}", "{'a':1}", "{1:1}", "{null:1}", "{[]:1}", "{\"a\":1,,\"b\":2}",
        "{\"a\" 1}", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{:1}", "{\"a\":\"b\":\"c\"}",
        // comments and what else other dialects have
        "[1/**/]", "[/**/]", "[1,//\n2]", "[]//", "/**/[]", "[#\n]", "['a']", "[undefined]", "[NaN]", "[Infinity]",
        "[-Infinity]", "[0x1]", "[1_000]", "[1n]", "[True]", "[NULL]",
        // literals
        "[tru]", "[truee]", "[nul", "[nulll]", "[fals]", "[falsetrue]", "[true false]", "t", "n", "fals", "truf", "nul", "[true\"\"]",
        // numbers
        "[01]", "[-01]", "[00]", "[-]", "[+1]", "[--1]", "[1-]", "[.5]", "[-.5]", "[1.]", "[1.e1]", "[1e]", "[1e+]", "[1E-]",
        "[1ee1]", "[1.2.3]", "[1e1.5]", "[1a]", "[1\"\"]", "[1[]]", "[1{}]",
        "-", "1.", "1e", "01", "1x", "[0", "[-", "[1.", "[1e", "[1e+", "[1\0]", "[0]0", "[- 1]", "[1 .5]",
        // strings
        "\"", "[\"", "[\"a", "[\"\\", "[\"\\\"", "[\"\\u", "[\"\\u12", "[\"\\u123\"]", "[\"\\u123g\"]", "[\"\\U0041\"]",
        "[\"\\x41\"]", "[\"\\a\"]", "[\"\\v\"]", "[\"\\0\"]", "[\"\\'\"]", "[\"\\ \"]",
        "[\"\\\n\"]", "[\"a\nb\"]", "[\"\t\"]", "[\"\0\"]", "[\"\u001f\"]", "{\"a\u0001\":1}", "[\"a\\n\u0001\"]",
        "[\"\\u\xC3\xA9\"]", "[\"\\\xC3\xA9\"]", "[\"a\"b\"]", "[\"a\" \"b\"]",
        // surrogates
        "[\"\\ud800\"]", "[\"\\ud800a\"]", "[\"\\ud800\\n\"]", "[\"\\ud800\\u0041\"]", "[\"\\ud800\\ud800\"]", "[\"\\udc00\"]",
        "[\"\\udc00\\ud800\"]", "{\"\\ud800\":1}",
        "[\"\\ud83d\\ude00\\ude00\"]", "[\"\\ud800\\\\udc00\"]",
        // binary
        "[\"\\u0000A\"]", "[\"\\u0000AA\"]", "[\"\\u0000AA=\"]", "[\"\\u0000AA== \"]", "[\"\\u0000A\\nA==\"]",
        "[\"\\u0000\\u0000\"]", "[\"\\u0000!!!!\"]", "[\"\\u0000====\"]", "[\"\\u0000_-8=\"]", "[\"\\u0000\xC3\xA9==\"]",
        // bytes
        "\xEF\xBB\xBF[]", "[\"\xFF\"]", "[\"\xC3\"]", "[\"\xC0\x80\"]", "[\"\xED\xA0\x80\"]", "[\"\xF4\x90\x80\x80\"]",
        "[\"\xE9\"]", "[\xFF]", "[]\xFF", "\0", "[]\0", "[\0]", "[\u000b]", "[\u000c]", "[\xC2\xA0]",
        "[\xE2\x80\xA8]", "\xFE\xFF\0[\0]",
    ];

    [Theory, Trait("wamp", "SER-06"), MemberData(nameof(Accepted))]
    public void What_RFC_8259_allows_is_accepted(string json)
    {
        var bytes = Encoding.Latin1.GetBytes(json);
        Assert.Equal("end", JsonTrace.Ours(bytes, MaxDepth)[^1]);
        Assert.Null(Difference(bytes));
    }

    [Theory, Trait("wamp", "SER-06"), MemberData(nameof(Refused))]
    public void What_it_forbids_is_refused(string json)
    {
        var bytes = Encoding.Latin1.GetBytes(json);
        Assert.Matches("^(Malformed JSON: |Lists and dicts are nested deeper than 6 levels)", JsonTrace.Ours(bytes, MaxDepth)[^1]);
        Assert.Null(Difference(bytes));
    }

    [Fact, Trait("wamp", "SER-06")]
    public void Documents_mean_the_same_to_the_reference() => Compare(new JsonDocuments(20260106).Next, leastOfEach: 1000);

    [Fact, Trait("wamp", "SER-06")]
    public void Damaged_documents_mean_the_same_to_the_reference() => Compare(new JsonDocuments(20260107).NextDamaged, leastOfEach: 1000);

    [Fact, Trait("wamp", "SER-06")]
    public void All_documents_of_up_to_four_pieces_mean_the_same_to_the_reference()
    {
        string[] pieces = ["[", "]", "{", "}", ",", ":", "\"", "\"a\"", "\\", "0", "1", "-", ".", "e", " ", "null"];
        for (var number = 0; number < Math.Pow(pieces.Length, 4); number++)
        {
            var text = string.Concat(Enumerable.Range(0, 4).Select(place => pieces[(number >> (4 * place)) % pieces.Length]));
            Require(Encoding.UTF8.GetBytes(text));
        }
    }

    [Fact, Trait("wamp", "SER-06")]
    public void A_fault_is_found_wherever_it_stands_in_a_string()
    {
        foreach (var fault in (string[])["\n", "\0", "\\", "\\n", "\"", "\xFF", "\\u0041", "\\ud800", "é"])
        {
            for (var length = 0; length < 70; length++)
            {
                for (var at = 0; at <= length; at += length < 40 ? 1 : 7)
                {
                    Require(Encoding.Latin1.GetBytes($"[\"{new string('x', at)}{fault}{new string('y', length - at)}\"]"));
                }
            }
        }
    }

    [Theory, Trait("wamp", "SER-06")]
    [InlineData(1000)]
    [InlineData(1001)]
    public void A_number_of_thousands_of_digits_is_refused(int length)
    {
        foreach (var form in (string[])["{0}", "[{0}]", "{{\"a\":[{0}]}}"])
        {
            string[] numbers =
            [
                new string('1', length), "-" + new string('1', length - 1),
                "0." + new string('1', length - 2), "1e" + new string('0', length - 2),
            ];
            foreach (var number in numbers)
            {
                var bytes = Encoding.UTF8.GetBytes(string.Format(null, form, number));
                Assert.Equal(length <= 1000, JsonTrace.Ours(bytes, MaxDepth)[^1] == "end");
                Require(bytes);
            }
        }
    }

    [Theory, Trait("wamp", "SER-06")]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(DecodeLimits.DepthCeiling)]
    public void Lists_and_dicts_nest_up_to_the_limit(int limit)
    {
        for (var depth = Math.Max(1, limit - 1); depth <= limit + 1; depth++)
        {
            // Lists and dicts in an order that has no period.
            var isDict = Enumerable.Range(0, depth).Select(level => int.PopCount(level) % 2 == 1).ToArray();
            var json = string.Concat(isDict.Select(one => one ? "{\"a\":" : "["))
                + "0" + string.Concat(isDict.Reverse().Select(one => one ? "}" : "]"));
            var bytes = Encoding.UTF8.GetBytes(json);
            Assert.Equal(depth <= limit, JsonTrace.Ours(bytes, limit)[^1] == "end");
            Require(bytes, limit);
            bytes[bytes.Length - 1 - (depth / 2)] ^= (byte)('}' ^ ']');
            Assert.NotEqual("end", JsonTrace.Ours(bytes, limit)[^1]);
            Require(bytes, limit);
        }
    }

    private static void Compare(Func<byte[]> next, int leastOfEach)
    {
        var accepted = 0;
        for (var i = 0; i < Rounds; i++)
        {
            var json = next();
            Require(json);
            accepted += JsonTrace.Ours(json, MaxDepth)[^1] == "end" ? 1 : 0;
        }

        Assert.InRange(accepted, leastOfEach, Rounds - leastOfEach);
    }

    /// <summary>Fails with the smallest document that still shows a difference.</summary>
    private static void Require(byte[] json, int maxDepth = MaxDepth)
    {
        if (Difference(json, maxDepth) is null)
        {
            return;
        }

        for (var size = json.Length / 2; size > 0; size /= 2)
        {
            for (var at = 0; at + size <= json.Length;)
            {
                byte[] less = [.. json[..at], .. json[(at + size)..]];
                if (Difference(less, maxDepth) is null)
                {
                    at++;
                }
                else
                {
                    json = less;
                }
            }
        }

        Assert.Fail($"{Encoding.Latin1.GetString(json)} ({Convert.ToHexString(json)}): {Difference(json, maxDepth)}");
    }

    private static string? Difference(byte[] json, int maxDepth = MaxDepth)
    {
        var theirs = JsonTrace.Reference(json, maxDepth);
        var ours = JsonTrace.Ours(json, maxDepth);
        if (!ours.SequenceEqual(theirs))
        {
            return $"ours [{string.Join(" | ", ours)}], theirs [{string.Join(" | ", theirs)}]";
        }

        for (var level = 0; level <= 2; level++)
        {
            var skipped = JsonTrace.OurSkip(json, maxDepth, level);
            if (skipped != theirs[^1])
            {
                return $"skipped from level {level} on: {skipped}, theirs {theirs[^1]}";
            }
        }

        return SequenceDifference(json, maxDepth);
    }

    /// <summary>The same bytes as the elements of a list.</summary>
    private static string? SequenceDifference(byte[] elements, int maxDepth)
    {
        var theirs = JsonTrace.Reference([(byte)'[', .. elements, (byte)']'], maxDepth + 1);
        var ours = JsonTrace.OurSequence(elements, maxDepth);
        var agree = theirs[^1] == "end" ? ours.SequenceEqual(theirs) : ours[^1] != "end";
        return agree ? null : $"as a sequence: ours [{string.Join(" | ", ours)}], theirs [{string.Join(" | ", theirs)}]";
    }
}
