using System.Text.Json;
using System.Text.RegularExpressions;
using Broker.Serialization;

namespace Broker.EndToEnd;

/// <summary>
/// All test classes of all test projects, and the tests among them that carry the id of a statement, <c>[Trait("wamp", "PUB-02")]</c>, as xunit itself
/// finds them: a theory counts with each of its rows.
/// </summary>
public sealed partial class TestListing : IAsyncLifetime
{
    private readonly HashSet<string> _classes = [];
    private readonly List<(string Id, string Class, string Method, SerializerKind? Serializer)> _tests = [];

    /// <summary>The ids that tests carry.</summary>
    internal IEnumerable<string> Ids => _tests.Select(test => test.Id).Distinct();

    /// <summary>All classes with tests, whether they carry ids or not.</summary>
    internal IReadOnlySet<string> Classes => _classes;

    /// <summary>The classes with tests of a statement.</summary>
    internal IReadOnlySet<string> ClassesOf(string id) =>
        _tests.Where(test => test.Id == id).Select(test => test.Class).ToHashSet();

    /// <summary>Whether one test of a statement has rows for JSON, for MessagePack and for CBOR.</summary>
    internal bool RunsOverEachSerializer(string id) => _tests
        .Where(test => test.Id == id && test.Serializer is not null)
        .GroupBy(test => (test.Class, test.Method))
        .Any(rows => rows.Select(row => row.Serializer).Distinct().Count() == SdkPeer.Serializers.Length);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        foreach (var listing in await Task.WhenAll(BuiltFiles.TestPrograms.Select(ListAsync)))
            Add(listing);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<string> ListAsync(string program)
    {
        await using var process = ChildProcess.Start("dotnet", program, "-list", "full/json", "-preEnumerateTheories", "-noColor");
        while (await process.ReadLineAsync() is { } line)
        {
            if (line.StartsWith('['))
                return line;
        }

        throw process.Failure("It lists no tests. Is the project built, in the same configuration?");
    }

    private void Add(string json)
    {
        using var listing = JsonDocument.Parse(json);
        foreach (var test in listing.RootElement.EnumerateArray())
        {
            var name = test.GetProperty("Class").GetString()!;
            _classes.Add(name[(name.LastIndexOf('.') + 1)..]);
            if (!test.TryGetProperty("Traits", out var traits) || !traits.TryGetProperty("wamp", out var ids))
                continue;

            var (className, method, row) = (name[(name.LastIndexOf('.') + 1)..], test.GetProperty("Method").GetString()!, test.GetProperty("DisplayName").GetString()!);
            foreach (var id in ids.EnumerateArray())
            {
                _tests.Add((id.GetString()!, className, method, null));
                foreach (Match serializer in SerializerArgument.Matches(row))
                    _tests.Add((id.GetString()!, className, method, KindOf(serializer.Groups["serializer"].Value)));
            }
        }
    }

    private static SerializerKind KindOf(string name) => name.ToUpperInvariant() switch
    {
        "JSON" => SerializerKind.Json,
        "CBOR" => SerializerKind.Cbor,
        _ => SerializerKind.MessagePack,
    };

    /// <summary>An argument as xunit shows it that names a serializer: <c>serializer: Json</c>, <c>wire: RawSocketCbor</c>, <c>serializer: "msgpack"</c>.</summary>
    [GeneratedRegex(
        ": (([A-Za-z]*(?<serializer>Json|MessagePack|Cbor))|(\"(?<serializer>json|msgpack|cbor)\"))(?=[,)])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex SerializerArgument { get; }
}
