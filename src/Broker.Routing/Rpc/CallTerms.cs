using Broker.Messages;
using Broker.Options;

namespace Broker.Rpc;

/// <summary>What the dealer has to remember of a call that is more than question and answer: one with a timeout, in several chunks, or that may have to be sent again.</summary>
/// <param name="procedure">The procedure called, in UTF-8.</param>
/// <param name="options">The Options of the CALL; of a progressive one, those of the first chunk (PCI-13).</param>
/// <param name="timeout">How long the call may take; zero for as long as it likes.</param>
internal sealed class CallTerms(byte[] procedure, CallOptions options, TimeSpan timeout)
{
    /// <summary>Timers take no longer times; what is longer is waited for in several goes.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(20);

    private byte[]? _payload;
    private int _payloadCount;
    private long _start;
    private ITimer? _timer;

    /// <summary>The procedure called, in UTF-8.</summary>
    public byte[] Procedure { get; } = procedure;

    /// <summary>How long the call may take, or the next of its progressive results; zero for as long as it likes.</summary>
    public TimeSpan Timeout { get; } = timeout;

    /// <summary>Whether more chunks of the call may follow. Guarded by the caller's gate.</summary>
    public bool IsInputOpen { get; set; } = options.Progress;

    /// <summary>Held while a chunk goes to the callee, and while the call goes to another callee. It comes before the gates.</summary>
    public Lock Chunking { get; } = new();

    /// <summary>How many chunks have been sent. Guarded by <see cref="Chunking"/>.</summary>
    public int Chunks { get; set; } = 1;

    /// <summary>Callees that said they cannot take the call, or that have left; null for none. Touched only by whoever moves the call.</summary>
    public List<Callee>? Tried { get; set; }

    /// <summary>Where the call waits for a callee with room. Guarded by the queue's lock.</summary>
    public LinkedListNode<PendingCall>? Place { get; set; }

    /// <summary>Whether the dealer itself sees to the timeout.</summary>
    public bool IsWatched => _timer is not null;

    /// <summary>Whether the payload has been kept, so that the call can be sent again.</summary>
    public bool HasPayload => _payload is not null;

    /// <summary>The CALL as it came. Call after <see cref="Keep"/>.</summary>
    public CallRequest Request => new() { Procedure = Procedure, Payload = new Payload(_payload, _payloadCount), Options = options };

    /// <summary>Keeps the payload.</summary>
    public void Keep(Payload payload)
    {
        if (_payload is null)
        {
            _payload = payload.Elements.ToArray();
            _payloadCount = payload.Count;
        }
    }

    /// <summary>Starts the time that the call may take.</summary>
    public void Start(TimeProvider time) => Volatile.Write(ref _start, time.GetTimestamp());

    /// <summary>Has <paramref name="expired"/> called when the time is up, if there is a timeout. Does nothing the second time.</summary>
    public void Watch(TimeProvider time, PendingCall call, TimerCallback expired)
    {
        if (Timeout == TimeSpan.Zero || _timer is not null)
        {
            return;
        }

        _timer = time.CreateTimer(expired, call, System.Threading.Timeout.InfiniteTimeSpan, System.Threading.Timeout.InfiniteTimeSpan);
        _timer.Change(Remaining(time), System.Threading.Timeout.InfiniteTimeSpan);
        if (call.HasEnded)
        {
            _timer.Dispose();
        }
    }

    /// <summary>Whether the time is really up; if not, because it was started again meanwhile, waits for the rest.</summary>
    public bool IsExpired(TimeProvider time)
    {
        var remaining = Remaining(time);
        if (remaining == TimeSpan.Zero)
        {
            return true;
        }

        _timer!.Change(remaining, System.Threading.Timeout.InfiniteTimeSpan);
        return false;
    }

    /// <summary>Stops the timer for good.</summary>
    public void StopWatching() => _timer?.Dispose();

    private TimeSpan Remaining(TimeProvider time)
    {
        var remaining = Timeout - time.GetElapsedTime(Volatile.Read(ref _start));
        return remaining <= TimeSpan.Zero ? TimeSpan.Zero
            : remaining >= LongestWait ? LongestWait
            : TimeSpan.FromMilliseconds(Math.Ceiling(remaining.TotalMilliseconds)); // timers count whole milliseconds, and must not be early
    }
}
