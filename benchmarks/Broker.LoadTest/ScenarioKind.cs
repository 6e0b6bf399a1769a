namespace Broker.LoadTest;

/// <summary>What a run plays.</summary>
internal enum ScenarioKind
{
    /// <summary>Publishers on one topic, and many subscribers of it.</summary>
    Fanout,

    /// <summary>Each publisher has a topic and a subscriber of its own.</summary>
    Pairs,

    /// <summary>Many devices publish, each to its own topic; a few subscribers take all by prefix.</summary>
    Telemetry,

    /// <summary>Callers call procedures whose callees echo the arguments.</summary>
    Rpc,

    /// <summary>Sessions join and leave as fast as they can.</summary>
    Connect,

    /// <summary>Sessions join, subscribe and stay.</summary>
    Idle,
}
