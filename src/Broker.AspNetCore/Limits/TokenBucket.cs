namespace Broker.Limits;

/// <summary>So many a second, and as many at once after a quiet second. Starts full. Thread-safe.</summary>
internal sealed class TokenBucket(TimeProvider time)
{
    private readonly Lock _lock = new();
    private double _spent; // of one second's worth, in tokens
    private long _then = time.GetTimestamp();

    /// <summary>Takes one token, if there is one.</summary>
    /// <param name="perSecond">How many there are in a second.</param>
    public bool TryTake(int perSecond)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            _spent = Math.Max(0, _spent - (time.GetElapsedTime(_then, now).TotalSeconds * perSecond));
            _then = now;
            if (_spent + 1 > perSecond)
            {
                return false;
            }

            _spent++;
            return true;
        }
    }
}
