namespace Broker.Rpc;

/// <summary>How a call that was to be answered by a callee came to its end.</summary>
public enum CallOutcome
{
    /// <summary>By the callee's result.</summary>
    Result,

    /// <summary>By an error of the callee, or because the router could not bring call and answer together.</summary>
    Error,

    /// <summary>It took too long.</summary>
    Timeout,

    /// <summary>The caller has canceled it.</summary>
    Canceled,

    /// <summary>The caller or the callee has left.</summary>
    Gone,
}

/// <summary>
/// Is told of each call that has ended, and how long it took, from the CALL to the last answer. Calls that were refused at once (no such procedure, not
/// permitted, one too many), and those of the router's own procedures, are none of them. On the path of messages: must be quick and must not allocate. Thread-safe.
/// </summary>
/// <param name="outcome">How it ended.</param>
/// <param name="time">How long it took.</param>
public delegate void CallEnded(CallOutcome outcome, TimeSpan time);
