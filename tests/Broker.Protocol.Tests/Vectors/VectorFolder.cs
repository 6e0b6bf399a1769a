namespace Broker.Vectors;

/// <summary>Where the specification's test vectors are. They are data of another project and not part of this repository.</summary>
internal static class VectorFolder
{
    private const string Missing =
        "The test vectors of the WAMP specification are not here. Clone https://github.com/wamp-proto/wamp-proto and set WAMP_TESTSUITE to its folder testsuite "
        + "(docs/test-vectors.md).";

    /// <summary>The folder that holds <c>singlemessage</c>, or null.</summary>
    public static string? Location { get; } = Find();

    /// <summary>Skips the running test when the vectors are not there; on a build server it fails instead, so that nobody believes they ran.</summary>
    public static void Require()
    {
        if (Location is not null)
        {
            return;
        }

        if (Environment.GetEnvironmentVariable("CI") is not (null or "" or "false"))
        {
            Assert.Fail(Missing);
        }

        Assert.Skip(Missing);
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("WAMP_TESTSUITE") is { Length: > 0 } named)
        {
            return Directory.Exists(Path.Combine(named, "singlemessage")) ? named : null;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var beside = Path.Combine(folder.FullName, "shared", "spec", "vectors");
            if (Directory.Exists(Path.Combine(beside, "singlemessage")))
            {
                return beside;
            }
        }

        return null;
    }
}
