namespace Broker.LoadTest;

/// <summary>Why the run cannot go on, as one sentence that tells the user what to mend.</summary>
internal sealed class Fault : Exception
{
    public Fault(string message)
        : base(message)
    {
    }

    public Fault(string message, Exception cause)
        : base(message, cause)
    {
    }
}
