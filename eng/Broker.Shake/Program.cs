using System.Diagnostics;
using Broker.Shake;

// Broker.Shake PROJECT [arguments of the test program]
const string Built = "Release";
const string Shaken = "Shaken"; // the tests take the name of this folder for that of their configuration
const string Framework = "net10.0";

if (args is not [var project, .. var arguments])
{
    await Console.Error.WriteLineAsync($"""
        Write the name of a test project, such as Broker.Client.Tests, and maybe arguments of its program, such as -class Broker.Client.CallTests.
        {ShakeVariables.Rarity}: one call in so many pauses, 1000 if it is not set; {ShakeVariables.Longest}: the longest pause, 20 if it is not set.
        """);
    return 2;
}

var repository = new DirectoryInfo(AppContext.BaseDirectory);
while (!File.Exists(Path.Combine(repository.FullName, "Broker.sln")))
{
    repository = repository.Parent ?? throw new InvalidOperationException("There is no Broker.sln above this program.");
}

var program = Path.Combine(repository.FullName, "tests", project, "bin", Shaken, Framework, project + ".dll");
if (!File.Exists(program.Replace(Shaken, Built, StringComparison.Ordinal)))
{
    await Console.Error.WriteLineAsync($"{project} is not built: run dotnet build Broker.sln -c {Built}, or choose one of tests/*.Tests.");
    return 2;
}

var places = 0;
string[] groups = ["src", "tests", "benchmarks"];
foreach (var folder in groups.SelectMany(group => Directory.GetDirectories(Path.Combine(repository.FullName, group))))
{
    var built = Path.Combine(folder, "bin", Built, Framework);
    if (Directory.Exists(built))
    {
        places += ShakenCopy.Make(built, Path.Combine(folder, "bin", Shaken, Framework));
    }
}

Console.WriteLine($"{project} and what it tests may pause in {places} places.");
var start = new ProcessStartInfo("dotnet", [program, "-noLogo", .. arguments])
{
    Environment = { ["DOTNET_STARTUP_HOOKS"] = typeof(Pause).Assembly.Location },
};
using var tests = Process.Start(start)!;
await tests.WaitForExitAsync();
return tests.ExitCode;
