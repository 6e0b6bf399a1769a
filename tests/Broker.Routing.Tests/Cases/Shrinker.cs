namespace Broker.Cases;

/// <summary>Makes failing cases small enough to read.</summary>
internal static class Shrinker
{
    /// <summary>
    /// Leaves out and simplifies steps of a case as long as it still fails: what is returned fails, and would not without any one of its
    /// steps (unless that takes too many tries).
    /// </summary>
    /// <param name="steps">A case that fails.</param>
    /// <param name="fails">Whether a case fails. It must say the same whenever it is asked.</param>
    /// <param name="simpler">Simpler steps to be tried in place of one; the simplest first.</param>
    /// <param name="maxTries">How often <paramref name="fails"/> may be asked.</param>
    public static async ValueTask<List<T>> ShrinkAsync<T>(
        IReadOnlyList<T> steps, Func<IReadOnlyList<T>, ValueTask<bool>> fails, Func<T, IEnumerable<T>>? simpler = null, int maxTries = 4000)
    {
        var tries = 0;
        var least = steps.ToList();
        while (true)
        {
            var before = least;
            least = await LeaveOutAsync(least, FailsAsync);
            least = simpler is null ? least : await SimplifyAsync(least, simpler, FailsAsync);
            if (least == before || tries >= maxTries)
            {
                return least;
            }
        }

        async ValueTask<bool> FailsAsync(List<T> candidate) => tries++ < maxTries && await fails(candidate);
    }

    /// <summary>The same for cases that take no waiting.</summary>
    public static ValueTask<List<T>> ShrinkAsync<T>(
        IReadOnlyList<T> steps, Func<IReadOnlyList<T>, bool> fails, Func<T, IEnumerable<T>>? simpler = null, int maxTries = 4000) =>
        ShrinkAsync(steps, candidate => ValueTask.FromResult(fails(candidate)), simpler, maxTries);

    /// <summary>Leaves out runs of steps: long ones first, from the end.</summary>
    private static async ValueTask<List<T>> LeaveOutAsync<T>(List<T> least, Func<List<T>, ValueTask<bool>> fails)
    {
        for (var length = Math.Max(1, least.Count / 2); length > 0; length /= 2)
        {
            for (var at = least.Count - length; at >= 0; at -= length)
            {
                List<T> without = [.. least.Take(at), .. least.Skip(at + length)];
                if (await fails(without))
                {
                    least = without;
                }
            }
        }

        return least;
    }

    private static async ValueTask<List<T>> SimplifyAsync<T>(
        List<T> least, Func<T, IEnumerable<T>> simpler, Func<List<T>, ValueTask<bool>> fails)
    {
        for (var at = 0; at < least.Count; at++)
        {
            foreach (var step in simpler(least[at]))
            {
                List<T> with = [.. least.Take(at), step, .. least.Skip(at + 1)];
                if (await fails(with))
                {
                    least = with;
                    at--; // and simpler still
                    break;
                }
            }
        }

        return least;
    }
}
