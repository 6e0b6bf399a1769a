using System.Globalization;

namespace Broker.Cases;

/// <summary>
/// Which random cases a test runs: the same ones each time, unless the environment says otherwise. <c>BROKER_SEED</c> runs the one case
/// whose seed a failure has named; <c>BROKER_CASES</c> runs more of them, or fewer.
/// </summary>
internal static class Seeds
{
    private const string SeedVariable = "BROKER_SEED";
    private const string CountVariable = "BROKER_CASES";

    /// <summary>Whether the environment has asked for other cases than the usual ones.</summary>
    public static bool AreChosen => (Number(SeedVariable) ?? Number(CountVariable)) is not null;

    /// <summary>The seeds of the cases to be run.</summary>
    /// <param name="first">The seed of the first of the usual cases.</param>
    /// <param name="count">How many they are.</param>
    public static IEnumerable<int> From(int first, int count) =>
        Number(SeedVariable) is { } seed ? [seed] : Enumerable.Range(first, Number(CountVariable) ?? count);

    /// <summary>How to run a case alone.</summary>
    public static string HowToRepeat(int seed) => $"To run this case alone, set {SeedVariable}={seed}.";

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
