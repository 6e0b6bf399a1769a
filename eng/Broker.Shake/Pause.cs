using System.Globalization;

namespace Broker.Shake;

/// <summary>The call that <see cref="PauseWriter"/> writes into programs. Allocates nothing, so that budgets of allocations still hold. Thread-safe.</summary>
public static class Pause
{
    private static readonly uint Rarity = NumberOf(ShakeVariables.Rarity, otherwise: 1000);
    private static readonly uint Longest = NumberOf(ShakeVariables.Longest, otherwise: 20);

    [ThreadStatic]
    private static uint _random;

    /// <summary>Holds up the thread for some milliseconds, once in a while.</summary>
    public static void Perhaps()
    {
        // xorshift (Marsaglia): each thread draws its own numbers.
        var random = _random != 0 ? _random : ((uint)Environment.CurrentManagedThreadId * 2654435761) ^ (uint)Environment.TickCount | 1;
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        _random = random;
        if (random % Rarity == 0)
        {
            Thread.Sleep((int)(random / Rarity % Longest) + 1);
        }
    }

    private static uint NumberOf(string variable, uint otherwise) =>
        uint.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : otherwise;
}
