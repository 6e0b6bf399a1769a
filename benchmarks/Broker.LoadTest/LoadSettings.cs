using Broker.LoadTest.Connections;
using Broker.Serialization;

namespace Broker.LoadTest;

/// <summary>What the command line asks for.</summary>
/// <param name="Scenario">What to play.</param>
/// <param name="Address">Where the router is.</param>
/// <param name="Realm">The realm to join.</param>
/// <param name="Serializer">The serializer of every session.</param>
/// <param name="Publishers">Publishers, devices or callers.</param>
/// <param name="Subscribers">Subscribers, callees, or sessions of connect and idle.</param>
/// <param name="Window">Messages in flight for each publisher or caller.</param>
/// <param name="Size">The length of the one text argument in bytes.</param>
/// <param name="Duration">How long to measure.</param>
/// <param name="Warmup">How long to run before measuring.</param>
/// <param name="Rate">Messages or joins per second over all senders; 0 for as many as the window lets through.</param>
internal sealed record LoadSettings(
    ScenarioKind Scenario,
    RouterAddress Address,
    string Realm,
    SerializerKind Serializer,
    int Publishers,
    int Subscribers,
    int Window,
    int Size,
    TimeSpan Duration,
    TimeSpan Warmup,
    double Rate)
{
    /// <summary>The most sessions of one run: one address of a client has some 28,000 ports.</summary>
    public const int MostSessions = 25_000;

    /// <summary>The most pairs of a publisher and a subscriber whose order is followed; eight bytes each.</summary>
    public const long MostStreams = 10_000_000;

    /// <summary>The longest text argument: what fits the messages that routers take by default.</summary>
    public const int LargestSize = 512 * 1024;
}
