namespace Broker.LoadTest.Scenarios;

/// <summary>Which calls of one caller were answered: each once. Answers may overtake each other. Written by the caller's reading thread only.</summary>
/// <param name="window">How many calls are open at once.</param>
internal sealed class AnswerCount(int window)
{
    // Answers that overtook an earlier call's; all calls up to _complete are answered.
    private readonly HashSet<long> _early = new(window);
    private long _complete;
    private long _received;
    private long _repeated;

    /// <summary>How many answers came.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>How many of them were the second answer to a call.</summary>
    public long Repeated => Volatile.Read(ref _repeated);

    /// <summary>Takes the answer to a request; request ids count 1, 2, 3 ... False when it was answered before.</summary>
    public bool Take(long requestId)
    {
        Volatile.Write(ref _received, _received + 1);
        if (requestId <= _complete || !_early.Add(requestId))
        {
            Volatile.Write(ref _repeated, _repeated + 1);
            return false;
        }

        while (_early.Remove(_complete + 1))
        {
            _complete++;
        }

        return true;
    }
}
