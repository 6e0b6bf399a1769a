using Broker.Configuration.Keys;

namespace Broker.Configuration.Sections;

/// <summary>Bounds of what clients can ask for.</summary>
internal sealed record LimitsSection
{
    /// <summary>Connections.</summary>
    [Key("How many connections there may be; WebSockets that share an HTTP/2 connection count one by one. 0: any number.", Min = "0")]
    public int Connections { get; init; }

    /// <summary>Connections of an address.</summary>
    [Key(
        "How many connections one address may have; of IPv6 addresses the first 64 bits count. What trusted proxies connect counts for the "
        + "clients that they name. 0: any number.",
        Min = "0")]
    public int ConnectionsPerAddress { get; init; }

    /// <summary>Sessions of an authid.</summary>
    [Key("How many sessions one authid may have in a realm. 0: any number.", Min = "0")]
    public int ConnectionsPerAuthid { get; init; }

    /// <summary>New connections a second.</summary>
    [Key("How many connections may come each second; as many at once after a quiet second. 0: any number.", Min = "0")]
    public int ConnectionRate { get; init; }

    /// <summary>The time for a handshake.</summary>
    [Key("How long a new connection may take for its handshake.", Min = "1ms", Max = "1d")]
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The time without a session.</summary>
    [Key("How long a connection may stay without a session.", Min = "1s", Max = "1d")]
    public TimeSpan HelloTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The time for an answer to CHALLENGE.</summary>
    [Key("How long the answer to a CHALLENGE may take, which is looked at once a second, and how long it may take to judge it.", Min = "1ms", Max = "1d")]
    public TimeSpan AuthenticationTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Failed attempts to authenticate of an address.</summary>
    [Key("How many attempts to authenticate may fail from one address within failed_logins_window. 0: any number.", Min = "0")]
    public int FailedLoginsPerAddress { get; init; } = 100;

    /// <summary>Failed attempts of an address under one name.</summary>
    [Key("The same for one authid of a realm from one address. 0: any number.", Min = "0")]
    public int FailedLoginsPerAddressAndAuthid { get; init; } = 10;

    /// <summary>Failed attempts under one name.</summary>
    [Key("The same for one authid of a realm from everywhere: with a limit here, anybody can keep a user out. 0: any number.", Min = "0")]
    public int FailedLoginsPerAuthid { get; init; }

    /// <summary>The time in which they are counted.</summary>
    [Key("How long failed attempts count.", Min = "1s", Max = "365d")]
    public TimeSpan FailedLoginsWindow { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest message.</summary>
    [Key("The longest message that is taken. Clients learn it in WELCOME.", Min = "512B", Max = "16MiB")]
    public ByteSize MessageSize { get; init; } = ByteSize.FromMiB(1);

    /// <summary>Nesting.</summary>
    [Key("How many lists and dicts may be open at once in a message.", Min = "4", Max = "128")]
    public int Nesting { get; init; } = 32;

    /// <summary>The longest URI.</summary>
    [Key("The longest URI, in bytes of UTF-8, and the longest text of the options rkey, runmode and ppt_* of PUBLISH and CALL.", Min = "1", Max = "1024")]
    public int UriLength { get; init; } = 512;

    /// <summary>Subscriptions of a session.</summary>
    [Key("How many subscriptions a session may have. 0: any number.", Min = "0")]
    public int Subscriptions { get; init; } = 1024;

    /// <summary>Registrations of a session.</summary>
    [Key("How many registrations a session may have. 0: any number.", Min = "0")]
    public int Registrations { get; init; } = 1024;

    /// <summary>Pending calls of a session.</summary>
    [Key("How many calls of a session may wait for their results. 0: any number.", Min = "0")]
    public int PendingCalls { get; init; } = 1024;

    /// <summary>What may wait for a peer.</summary>
    [Key(
        "How much may wait for one peer that reads slowly; a quarter of it is kept for answers to the peer itself.",
        Min = "64KiB",
        Max = "1GiB")]
    public ByteSize Outbound { get; init; } = ByteSize.FromMiB(4);

    /// <summary>What may wait for all peers.</summary>
    [Key(
        "How much memory what waits for all peers together may take; what several wait for counts once. null: a quarter of the memory that "
        + "the process may use. 0B: any amount.",
        Example = "\"1GiB\"")]
    public ByteSize? OutboundTotal { get; init; }
}
