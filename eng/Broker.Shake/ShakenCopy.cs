namespace Broker.Shake;

/// <summary>A copy of a built program whose assemblies pause.</summary>
internal static class ShakenCopy
{
    /// <summary>Makes the copy, in place of one that is there.</summary>
    /// <returns>In how many places it may pause.</returns>
    public static int Make(string built, string shaken)
    {
        if (Directory.Exists(shaken))
        {
            Directory.Delete(shaken, recursive: true);
        }

        foreach (var file in Directory.GetFiles(built, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(shaken, Path.GetRelativePath(built, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return Directory.GetFiles(shaken, "Broker*.dll").Where(IsShaken).Sum(PauseWriter.Rewrite);
    }

    /// <summary>Whether threads meet there: serializers know of none, and would only be slow.</summary>
    private static bool IsShaken(string path) =>
        Path.GetFileNameWithoutExtension(path) is not ("Broker.Protocol" or "Broker.Protocol.Tests" or "Broker.Benchmarks");
}
