namespace Broker.Ids;

/// <summary>The bounds of ids, the order of request ids, the randomness of the others.</summary>
public sealed class IdTests
{
    [Theory, Trait("wamp", "ID-01")]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(9007199254740991, true)]
    [InlineData(9007199254740992, true)]
    [InlineData(9007199254740993, false)]
    [InlineData(0, false)]
    [InlineData(-1, false)]
    [InlineData(long.MaxValue, false)]
    [InlineData(long.MinValue, false)]
    public void Ids_are_within_1_and_2_to_the_53rd(long id, bool isValid) => Assert.Equal(isValid, WampId.IsValid(id));

    [Fact, Trait("wamp", "ID-05"), Trait("wamp", "RACE-10")]
    public void A_sequence_counts_from_1_and_wraps_behind_2_to_the_53rd()
    {
        var sequence = default(IdSequence);
        Assert.Equal([1, 2, 3], [sequence.Take(), sequence.Take(), sequence.Take()]);
        sequence = new IdSequence(WampId.Max - 2);
        Assert.Equal([WampId.Max - 1, WampId.Max, 1, 2], [sequence.Take(), sequence.Take(), sequence.Take(), sequence.Take()]);
    }

    [Fact, Trait("wamp", "ID-08")]
    public void A_sequence_takes_the_next_id_and_no_other()
    {
        var sequence = default(IdSequence);
        Assert.False(sequence.TryTake(2));
        Assert.False(sequence.TryTake(0));
        Assert.True(sequence.TryTake(1));
        Assert.False(sequence.TryTake(1));
        Assert.False(sequence.TryTake(3));
        Assert.Equal(1, sequence.Last);
        sequence = new IdSequence(WampId.Max);
        Assert.False(sequence.TryTake(WampId.Max + 1));
        Assert.False(sequence.TryTake(0));
        Assert.True(sequence.TryTake(1));
    }

    [Fact, Trait("wamp", "PV-09")]
    public void A_sequence_knows_which_ids_were_used_across_the_wrap()
    {
        var sequence = new IdSequence(WampId.Max - 1);
        Assert.True(sequence.HasUsed(WampId.Max - 1));
        Assert.False(sequence.HasUsed(WampId.Max));
        sequence.Take();
        sequence.Take();
        Assert.True(sequence.HasUsed(WampId.Max));
        Assert.True(sequence.HasUsed(1));
        Assert.False(default(IdSequence).HasUsed(1));
    }

    [Fact, Trait("wamp", "ID-02")]
    public void Random_ids_fill_their_range_evenly_and_do_not_repeat()
    {
        const int Count = 64_000;
        var ids = Enumerable.Range(0, Count).Select(_ => RandomIds.Shared.Next()).ToList();
        Assert.All(ids, id => Assert.True(WampId.IsValid(id)));
        Assert.Equal(Count, ids.Distinct().Count());

        // 16 equal parts of the range, 4,000 expected in each, standard deviation 61: 600 is ten of them, never seen by chance.
        foreach (var part in ids.CountBy(id => (id - 1) >> 49))
        {
            Assert.InRange(part.Key, 0, 15);
            Assert.InRange(part.Value, 3400, 4600);
        }
    }
}
