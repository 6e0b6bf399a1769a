using System.Text.Json;
using Broker.Serialization;

namespace Broker.Vectors;

/// <summary>All samples, and the rows of the theories over them. Without vectors each theory has one row, which the test itself skips.</summary>
public static class VectorSamples
{
    private static readonly SerializerKind[] Serializers = [SerializerKind.Json, SerializerKind.MessagePack, SerializerKind.Cbor];
    private static readonly Lazy<IReadOnlyList<VectorSample>> Samples = new(Load);

    /// <summary>The files, samples of all kinds included.</summary>
    internal static IReadOnlyList<VectorSample> All => Samples.Value;

    /// <summary>File, sample, serializer.</summary>
    public static IEnumerable<TheoryDataRow<string, int, SerializerKind>> OfBytes => Rows(isValidation: false);

    /// <summary>File, sample, serializer.</summary>
    public static IEnumerable<TheoryDataRow<string, int, SerializerKind>> OfValidation => Rows(isValidation: true);

    /// <summary>File, sample, serializer, variant.</summary>
    public static IEnumerable<TheoryDataRow<string, int, SerializerKind, int>> OfVariants =>
        VectorFolder.Location is null
            ? [new("no vectors", 0, SerializerKind.Json, 0)]
            : from row in OfBytes
              from variant in Enumerable.Range(0, Get(row.Data.Item1, row.Data.Item2).Variants(row.Data.Item3).Count)
              select new TheoryDataRow<string, int, SerializerKind, int>(row.Data.Item1, row.Data.Item2, row.Data.Item3, variant);

    /// <summary>File, sample, serializer, another serializer.</summary>
    public static IEnumerable<TheoryDataRow<string, int, SerializerKind, SerializerKind>> OfPairs =>
        VectorFolder.Location is null
            ? [new("no vectors", 0, SerializerKind.Json, SerializerKind.Cbor)]
            : from row in OfBytes
              from other in Serializers
              where other != row.Data.Item3
              select new TheoryDataRow<string, int, SerializerKind, SerializerKind>(row.Data.Item1, row.Data.Item2, row.Data.Item3, other);

    internal static VectorSample Get(string file, int index)
    {
        VectorFolder.Require();
        return All.Single(sample => sample.File == file && sample.Index == index);
    }

    private static IEnumerable<TheoryDataRow<string, int, SerializerKind>> Rows(bool isValidation) =>
        VectorFolder.Location is null
            ? [new("no vectors", 0, SerializerKind.Json)]
            : from sample in All
              where sample.IsValidation == isValidation
              from serializer in Serializers
              select new TheoryDataRow<string, int, SerializerKind>(sample.File, sample.Index, serializer);

    private static List<VectorSample> Load()
    {
        var samples = new List<VectorSample>();
        foreach (var path in Directory.EnumerateFiles(Path.Combine(VectorFolder.Location!, "singlemessage"), "*.json", SearchOption.AllDirectories).Order())
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var index = 0;
            foreach (var sample in document.RootElement.GetProperty("samples").EnumerateArray())
            {
                samples.Add(new VectorSample(Path.GetFileName(path), index++, sample.Clone()));
            }
        }

        return samples;
    }
}
