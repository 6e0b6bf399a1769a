namespace Broker.EndToEnd;

/// <summary>Where the files under test are: the repository this assembly was built in, in the same configuration.</summary>
internal static class BuiltFiles
{
    public static string Repository { get; } = FindRepository();

    /// <summary>The router's program.</summary>
    public static string Router => Path.Combine(Repository, "src", "Broker", "bin", Configuration, "net10.0", "Broker.dll");

    /// <summary>The program that puts load on a router.</summary>
    public static string LoadTest =>
        Path.Combine(Repository, "benchmarks", "Broker.LoadTest", "bin", Configuration, "net10.0", "Broker.LoadTest.dll");

    /// <summary>The programs of all test projects, this one among them.</summary>
    public static IEnumerable<string> TestPrograms =>
        from folder in Directory.GetDirectories(Path.Combine(Repository, "tests"), "*.Tests")
        let name = Path.GetFileName(folder)
        orderby name
        select Path.Combine(folder, "bin", Configuration, "net10.0", name + ".dll");

    /// <summary>The folder of the peers that are not ours.</summary>
    public static string ForeignPeers => Path.Combine(Repository, "tests", "foreign");

    /// <summary>The folder of the sample page that speaks WAMP from a browser.</summary>
    public static string BrowserPage => Path.Combine(Repository, "samples", "BrowserPage");

    // bin/CONFIGURATION/net10.0/
    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private static string FindRepository()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Broker.sln")))
                return directory.FullName;
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} has a Broker.sln.");
    }
}
