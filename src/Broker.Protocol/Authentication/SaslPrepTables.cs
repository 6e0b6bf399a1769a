using System.Globalization;

namespace Broker.Authentication;

/// <summary>
/// The tables of <c>saslprep.txt</c>, read when the first name or password comes that is not ASCII. .NET's own data are of a later Unicode, and
/// without them (<c>InvariantGlobalization</c>) <see cref="string.Normalize()"/> silently does nothing.
/// </summary>
internal sealed class SaslPrepTables
{
    private static readonly Lazy<SaslPrepTables> Loaded = new(Load);
    private readonly Dictionary<int, byte> _combiningClasses = [];
    private readonly Dictionary<int, int[]> _decompositions = [];
    private readonly Dictionary<(int First, int Second), int> _compositions = [];

    public static SaslPrepTables Instance => Loaded.Value;

    /// <summary>Table A.1: unknown to Unicode 3.2.</summary>
    public CodePoints Unassigned { get; } = new();

    /// <summary>Table B.1: commonly mapped to nothing.</summary>
    public CodePoints Nothing { get; } = new();

    /// <summary>Table C.1.2: spaces other than U+0020.</summary>
    public CodePoints Space { get; } = new();

    /// <summary>What RFC 4013, section 2.3 lists.</summary>
    public CodePoints Prohibited { get; } = new();

    /// <summary>Table D.1.</summary>
    public CodePoints RightToLeft { get; } = new();

    /// <summary>Table D.2.</summary>
    public CodePoints LeftToRight { get; } = new();

    public byte CombiningClassOf(int point) => _combiningClasses.GetValueOrDefault(point);

    /// <summary>What a code point is made of, one step down; null for itself alone.</summary>
    public int[]? DecompositionOf(int point) => _decompositions.GetValueOrDefault(point);

    /// <summary>The code point that two others make; 0 if none.</summary>
    public int CompositionOf(int first, int second) => _compositions.GetValueOrDefault((first, second));

    private static SaslPrepTables Load()
    {
        var tables = new SaslPrepTables();
        using var file = new StreamReader(typeof(SaslPrepTables).Assembly.GetManifestResourceStream("saslprep.txt")!);
        var section = "";
        while (file.ReadLine() is { } line)
        {
            if (line[0] == '[')
            {
                section = line;
            }
            else if (line[0] != '#')
            {
                foreach (var item in line.Split(' '))
                {
                    tables.Add(section, item);
                }
            }
        }

        return tables;
    }

    private void Add(string section, string item)
    {
        switch (section)
        {
            case "[combining]":
                AddCombining(item.Split(':'));
                break;
            case "[decompositions]":
                AddDecomposition(item);
                break;
            default:
                var (first, last) = Range(item);
                ListOf(section).Add(first, last);
                break;
        }
    }

    private CodePoints ListOf(string section) => section switch
    {
        "[unassigned]" => Unassigned,
        "[nothing]" => Nothing,
        "[space]" => Space,
        "[prohibited]" => Prohibited,
        "[right-to-left]" => RightToLeft,
        "[left-to-right]" => LeftToRight,
        _ => throw new InvalidDataException($"saslprep.txt has an unknown section {section}."),
    };

    /// <summary><c>300-314:230</c>.</summary>
    private void AddCombining(string[] parts)
    {
        var (first, last) = Range(parts[0]);
        for (var point = first; point <= last; point++)
        {
            _combiningClasses.Add(point, byte.Parse(parts[1], CultureInfo.InvariantCulture));
        }
    }

    /// <summary><c>C0=41+300</c>, both ways; <c>BC>31+2044+34</c>, one way; <c>B2-B3>32</c>: the first is 32, the next 33.</summary>
    private void AddDecomposition(string item)
    {
        var sign = item.AsSpan().IndexOfAny('=', '>');
        var (first, last) = Range(item[..sign]);
        var target = Array.ConvertAll(item[(sign + 1)..].Split('+'), Hex);
        if (item[sign] == '=')
        {
            _compositions.Add((target[0], target[1]), first);
        }

        for (var point = first; point <= last; point++)
        {
            _decompositions.Add(point, point == first ? target : [target[0] + point - first]);
        }
    }

    private static (int First, int Last) Range(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash < 0 ? (Hex(text), Hex(text)) : (Hex(text[..dash]), Hex(text[(dash + 1)..]));
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <summary>A set of code points, as ranges in rising order.</summary>
    internal sealed class CodePoints
    {
        private readonly List<int> _firsts = [];
        private readonly List<int> _lasts = [];

        public void Add(int first, int last)
        {
            _firsts.Add(first);
            _lasts.Add(last);
        }

        public bool Contains(int point)
        {
            var index = _firsts.BinarySearch(point);
            return index >= 0 || (~index > 0 && point <= _lasts[~index - 1]);
        }
    }
}
