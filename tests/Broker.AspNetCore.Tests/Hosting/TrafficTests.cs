using Broker.Messages;

namespace Broker.Hosting;

/// <summary>What all threads have counted, also those that have ended, is one sum.</summary>
public sealed class TrafficTests
{
    /// <summary>A type that no message of other tests has.</summary>
    private const MessageType Unused = (MessageType)71;

    [Fact]
    public void What_a_thread_has_counted_stays_when_it_has_ended()
    {
        var before = Count(sent: true);
        for (var i = 1; i <= 3; i++)
        {
            var thread = new Thread(() =>
            {
                Traffic.Sent(Unused, 10);
                Traffic.Sent(Unused, 10);
            });
            thread.Start();
            thread.Join();
            Assert.Equal(before + (2 * i), Count(sent: true));
        }

        Traffic.Sent(Unused, 10);
        Assert.Equal(before + 7, Count(sent: true));
    }

    [Fact]
    public void The_directions_are_told_apart()
    {
        var (received, bytes) = (Count(sent: false), Traffic.Bytes(sent: false));

        Traffic.Received(Unused, 100);

        Assert.Equal(received + 1, Count(sent: false));
        Assert.True(Traffic.Bytes(sent: false) >= bytes + 100); // other tests count as well
    }

    private static long Count(bool sent) => Traffic.Messages(sent).SingleOrDefault(one => one.Type == Unused).Count;
}
