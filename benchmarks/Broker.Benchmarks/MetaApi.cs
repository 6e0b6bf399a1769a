using BenchmarkDotNet.Attributes;
using Broker.Ids;
using Broker.Messages;
using Broker.Options;
using Broker.Realms;
using Broker.Serialization;
using Broker.Sessions;

namespace Broker.Benchmarks;

/// <summary>
/// The session meta API in a realm of 100,000 sessions of ten authroles: counting must cost what it costs with ten sessions, and whoever lists them must not hold up
/// those that come and go.
/// </summary>
[MemoryDiagnoser]
public class MetaApi
{
    private const int SessionCount = 100_000;
    private readonly CountingSink _results = new();
    private readonly CountingSink _others = new();
    private Realm _realm = null!;
    private Session _caller = null!;
    private Thread? _lister;
    private volatile bool _isListing;
    private long _requestId;

    /// <summary>Joins.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _realm = new Realm("realm1", new RealmOptions(), RandomIds.Shared);
        for (var i = 1; i < SessionCount; i++)
        {
            Join(_others, "role" + (i % 10));
        }

        _caller = Join(_results, "role0");
        if (_realm.SessionCount != SessionCount || Count() != 2)
        {
            throw new InvalidOperationException("The sessions are not there, or the call was not answered.");
        }
    }

    /// <summary>Joins, and has another thread list all sessions again and again.</summary>
    [GlobalSetup(Target = nameof(JoinAndLeaveWhileListing))]
    public void SetupListing()
    {
        Setup();
        _isListing = true;
        _lister = new Thread(() =>
        {
            while (_isListing)
            {
                List();
            }
        });
        _lister.Start();
    }

    /// <summary>Stops listing.</summary>
    [GlobalCleanup(Target = nameof(JoinAndLeaveWhileListing))]
    public void StopListing()
    {
        _isListing = false;
        _lister?.Join();
    }

    /// <summary><c>wamp.session.count</c>.</summary>
    [Benchmark]
    public long Count() => Call("wamp.session.count"u8, []);

    /// <summary><c>wamp.session.count</c> of two authroles.</summary>
    [Benchmark]
    public long CountOfRoles() => Call("wamp.session.count"u8, "[[\"role3\",\"role7\"]]"u8);

    /// <summary><c>wamp.session.list</c>: the ids of all.</summary>
    [Benchmark]
    public long List() => Call("wamp.session.list"u8, []);

    /// <summary>One session joins and leaves.</summary>
    [Benchmark]
    public void JoinAndLeave() => _realm.Leave(Join(_others, "role0"));

    /// <summary>The same while another thread lists all sessions.</summary>
    [Benchmark]
    public void JoinAndLeaveWhileListing() => _realm.Leave(Join(_others, "role0"));

    private long Call(ReadOnlySpan<byte> procedure, ReadOnlySpan<byte> arguments)
    {
        _realm.Route(_caller, new WampMessage
        {
            Type = MessageType.Call,
            RequestId = ++_requestId,
            Uri = procedure,
            Payload = new Payload(arguments, arguments.IsEmpty ? 0 : 1),
        });
        return _results.Count;
    }

    private Session Join(CountingSink sink, string role) => _realm.Join(
        SerializerKind.Json,
        SampleMessages.Hello,
        new SessionIdentity("benchmark", role, "anonymous", "static"),
        new WelcomeDetails { Roles = Realm.Roles },
        sink);
}
