namespace Broker.Configuration.Keys;

/// <summary>What a text must look like.</summary>
internal enum TextFormat
{
    /// <summary>Anything.</summary>
    Any,

    /// <summary>The path of a file.</summary>
    File,

    /// <summary>The path of a WebSocket.</summary>
    Path,

    /// <summary>The URI of a realm.</summary>
    Realm,

    /// <summary>A URI of WAMP that names one thing.</summary>
    Uri,

    /// <summary>A URI of WAMP or a pattern; which, the key beside it tells.</summary>
    UriPattern,

    /// <summary>An origin of web pages, or a pattern of them.</summary>
    Origin,

    /// <summary>A name of a host, or a pattern of them.</summary>
    Host,

    /// <summary>An address of the web.</summary>
    WebAddress,

    /// <summary>32 bytes in hexadecimal digits.</summary>
    Hex32,

    /// <summary>A WAMP-CRA credential at rest.</summary>
    CraHash,

    /// <summary>A WAMP-SCRAM credential at rest.</summary>
    ScramHash,

    /// <summary>A ticket's hash at rest.</summary>
    TicketHash,

    /// <summary>A file that the router reads by itself, and again: the configuration is to be read again when it comes or goes.</summary>
    WatchedFile,

    /// <summary>A version of TLS.</summary>
    TlsVersion,
}
