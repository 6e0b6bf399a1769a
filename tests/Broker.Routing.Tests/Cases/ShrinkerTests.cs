namespace Broker.Cases;

/// <summary>What a failing case is made of in the end.</summary>
public sealed class ShrinkerTests
{
    [Fact]
    public async Task Only_the_steps_that_are_needed_are_left_in_their_order()
    {
        int[] needed = [17, 80, 81];
        Assert.Equal(needed, await Shrinker.ShrinkAsync<int>([.. Enumerable.Range(0, 150)], steps => !needed.Except(steps).Any()));
    }

    [Fact]
    public async Task Steps_become_as_simple_as_they_can_be()
    {
        var least = await Shrinker.ShrinkAsync<int>([9, 50, 7], steps => steps.Sum() >= 40, step => step > 0 ? [0, step - 1] : []);
        Assert.Equal([40], least);
    }

    [Fact]
    public async Task The_number_of_tries_is_bounded_and_what_is_left_still_fails()
    {
        var tries = 0;
        var least = await Shrinker.ShrinkAsync<int>(
            [.. Enumerable.Range(0, 1000)],
            steps =>
            {
                tries++;
                return steps.Contains(999) && steps.Count % 2 == 0;
            },
            maxTries: 50);
        Assert.Equal(50, tries);
        Assert.Contains(999, least);
        Assert.True(least.Count < 1000);
        Assert.Equal(0, least.Count % 2);
    }
}
