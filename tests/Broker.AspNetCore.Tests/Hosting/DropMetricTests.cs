using System.Diagnostics.Metrics;
using Broker.Peers;
using Broker.PubSub;
using Broker.Realms;

namespace Broker.Hosting;

/// <summary>Why events were not delivered can be told apart in the metrics.</summary>
public sealed class DropMetricTests
{
    [Fact]
    public void Each_reason_is_counted_under_a_name_of_its_own()
    {
        const string Realm = "com.example.metered";
        var options = new WampRouterOptions();
        options.Realms[Realm] = new RealmOptions();
        var drops = TestRouter.ContextOf(options).Router.Realms.Single().Broker.Drops;
        foreach (var (index, reason) in Enum.GetValues<DropReason>().Index())
        {
            Enumerable.Range(0, index + 1).ToList().ForEach(_ => drops.Add(reason));
        }

        Assert.Equal(
            [("drop_newest", 1), ("drop_oldest", 2), ("conflated", 3), ("outbound_total", 4), ("message_too_long", 5), ("inexpressible", 6), ("forgotten", 7)],
            CountsOf(Realm).Select(count => (count.Key, count.Value)));
    }

    [Fact]
    public void What_has_not_occurred_is_no_series()
    {
        const string Realm = "com.example.quiet";
        var options = new WampRouterOptions();
        options.Realms[Realm] = new RealmOptions();
        var drops = TestRouter.ContextOf(options).Router.Realms.Single().Broker.Drops;
        Assert.Empty(CountsOf(Realm));

        drops.Add(DropReason.Oldest);

        Assert.Equal("drop_oldest", Assert.Single(CountsOf(Realm)).Key);
    }

    private static Dictionary<string, long> CountsOf(string realm)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "broker.events.dropped")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            var named = tags.ToArray().ToDictionary(tag => tag.Key, tag => (string)tag.Value!);
            if (named["realm"] == realm)
            {
                counts.Add(named["reason"], count);
            }
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return counts;
    }
}
