using System.Diagnostics;

namespace Broker.EndToEnd;

/// <summary>
/// The programs that run the peers that are not ours. Where one is missing a test is skipped; on continuous integration and under
/// test.sh, which installs them, it fails.
/// </summary>
internal static class ForeignTools
{
    // python3-autobahn is a package of the system, and so belongs to the system's Python.
    private const string Python = "/usr/bin/python3";

    private static readonly Lazy<bool> s_node = new(() =>
        Directory.Exists(Path.Combine(BuiltFiles.ForeignPeers, "node_modules", "autobahn")) && Runs("node", "--version"));

    private static readonly Lazy<bool> s_python = new(() => Runs(Python, "-c", "import autobahn, cbor2, msgpack"));

    public static string Browser => Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium";

    /// <summary>The program that runs the scripts of a language, when its WAMP library is there.</summary>
    public static string Interpreter(string language)
    {
        var (program, available, library) = language switch
        {
            "node" => ("node", s_node.Value, "Node.js with the npm packages of tests/foreign"),
            "python" => (Python, s_python.Value, "python3-autobahn with cbor2 and msgpack"),
            _ => throw new ArgumentOutOfRangeException(nameof(language), language, "node or python"),
        };
        Require(available, library);
        return program;
    }

    /// <summary>The script that plays a scenario of its own.</summary>
    public static string Script(string language) =>
        Path.Combine(BuiltFiles.ForeignPeers, language == "node" ? "peer.mjs" : "peer.py");

    /// <summary>The script that does what a test tells it.</summary>
    public static string Driver(string language) =>
        Path.Combine(BuiltFiles.ForeignPeers, language == "node" ? "driven.mjs" : "driven.py");

    /// <summary>Skips or fails the test unless Chromium and the packages of the sample page are there.</summary>
    public static void RequireBrowser()
    {
        Require(File.Exists(Browser), "Chromium");
        Require(Directory.Exists(Path.Combine(BuiltFiles.BrowserPage, "node_modules")), "the npm packages of samples/BrowserPage");
    }

    private static void Require(bool available, string what)
    {
        if (available)
            return;

        var sentence = $"This test needs {what}, which ./test.sh installs: run ./test.sh.";
        if (IsSet("CI") || IsSet("BROKER_TESTS_REQUIRE_FOREIGN"))
            Assert.Fail(sentence);

        Assert.Skip(sentence);
    }

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));

    private static bool Runs(string program, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            };
            using var process = Process.Start(start)!;
            return process.WaitForExit(TimeSpan.FromSeconds(30)) && process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // no such program
        }
    }
}
