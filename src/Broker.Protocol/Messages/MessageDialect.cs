namespace Broker.Messages;

/// <summary>Which wire forms a parser takes.</summary>
public enum MessageDialect
{
    /// <summary>The specification's, and nothing else.</summary>
    Specification,

    /// <summary>
    /// Also those of autobahn's payload transparency, older than the specification's payload passthru mode: one octet string or text in the
    /// place of Arguments.
    /// </summary>
    Autobahn,
}
