namespace Broker.LoadTest.Attacks;

/// <summary>What an attack does.</summary>
internal enum AttackKind
{
    /// <summary>Nothing: what the measured pair gets in peace.</summary>
    None,

    /// <summary>Connections that say nothing.</summary>
    SilentConnections,

    /// <summary>Connections that begin their handshake and drip on.</summary>
    SlowHandshakes,

    /// <summary>Connections that are open and never say HELLO.</summary>
    SilentSessions,

    /// <summary>Subscribers that never read, and a publisher that floods them.</summary>
    UnreadEvents,

    /// <summary>Pings without end, whose answers are read.</summary>
    PingFlood,

    /// <summary>Messages in fragments of one byte; on a RawSocket, each byte in a segment of its own.</summary>
    OneByteFrames,

    /// <summary>SUBSCRIBE without end, far beyond what a session may have.</summary>
    SubscribeStorm,

    /// <summary>SUBSCRIBE without end that asks for thirty megabytes of retained events, by two who read and by two who do not.</summary>
    RetainedStorm,

    /// <summary>REGISTER without end, far beyond what a session may have.</summary>
    RegisterStorm,

    /// <summary>Calls to a callee that never reads.</summary>
    CallStorm,

    /// <summary>Wrong tickets under names that nobody has used before.</summary>
    WrongLogins,

    /// <summary>Sessions that join and are gone without a word.</summary>
    JoinStorm,
}
