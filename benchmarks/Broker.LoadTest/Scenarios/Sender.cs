using System.Diagnostics;
using System.Text;
using Broker.LoadTest.Connections;
using Broker.Messages;

namespace Broker.LoadTest.Scenarios;

/// <summary>
/// A publisher or a caller: sends PUBLISH or CALL as long as less than a window is on its way, at most at its share of the rate. Thread-safe:
/// whoever receives tells it so and sends what the window lets through.
/// </summary>
internal sealed class Sender
{
    private readonly Lock _gate = new();
    private readonly LoadSession _session;
    private readonly MessageType _type;
    private readonly byte[] _uri;
    private readonly byte[] _arguments;
    private readonly int _stampOffset;
    private readonly int _number;
    private readonly int _fanOut;
    private readonly int _window;
    private readonly double _interval;
    private long _start;
    private long _sent;
    private long _delivered;
    private long _deliveredBefore;
    private volatile bool _isRunning;

    /// <summary>A sender that is not started yet.</summary>
    /// <param name="session">Whose requests these are.</param>
    /// <param name="type">PUBLISH or CALL.</param>
    /// <param name="uri">The topic or procedure.</param>
    /// <param name="number">Its number among the senders.</param>
    /// <param name="fanOut">How many deliveries one message makes: subscribers, or 1 result.</param>
    /// <param name="settings">Window, size and rate.</param>
    public Sender(LoadSession session, MessageType type, string uri, int number, int fanOut, LoadSettings settings)
    {
        _session = session;
        _type = type;
        _uri = Encoding.UTF8.GetBytes(uri);
        _arguments = Stamp.EncodeArguments(session.Serializer, settings.Size, out _stampOffset);
        _number = number;
        _fanOut = fanOut;
        _window = settings.Window;
        _interval = settings.Rate > 0 ? Stopwatch.Frequency * settings.Publishers / settings.Rate : 0;
    }

    /// <summary>How many messages it has sent.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>How many deliveries it expects of what it has sent.</summary>
    public long Expected => Sent * _fanOut;

    public void Start()
    {
        // Senders with a rate start spread over one interval, not all at once.
        _start = Stopwatch.GetTimestamp() + (long)(_interval * (_number % 997) / 997);
        _isRunning = true;
        SendWhatIsOpen();
    }

    public void Stop() => _isRunning = false;

    /// <summary>Tells that messages have arrived, or never will; sends what that lets through.</summary>
    public void Deliver(long count)
    {
        var open = Interlocked.Add(ref _delivered, count);
        if (_isRunning && Expected - open <= HalfWindow)
        {
            SendWhatIsOpen();
        }
    }

    /// <summary>Sends what window and rate let through. The messages leave by <see cref="FlushBatch"/>.</summary>
    public void SendWhatIsOpen()
    {
        lock (_gate)
        {
            var now = Stopwatch.GetTimestamp();
            while (_isRunning && Expected - Volatile.Read(ref _delivered) <= Threshold)
            {
                // With a rate, latency counts from the instant the message was due: a router that stalls must not slow the clock it is measured by.
                var due = _interval > 0 ? _start + (long)(_sent * _interval) : now;
                if (due > now)
                {
                    return;
                }

                Send(due);
            }
        }
    }

    /// <summary>Opens the window again when nothing has arrived since the last call although it waits: what was in it is lost.</summary>
    public void ReopenIfStuck()
    {
        var delivered = Volatile.Read(ref _delivered);
        var missing = Expected - delivered;
        if (_isRunning && delivered == _deliveredBefore && missing > HalfWindow)
        {
            Deliver(missing);
        }

        _deliveredBefore = Volatile.Read(ref _delivered);
    }

    // At most this much may be missing for one more message to fit the window.
    private long Threshold => (long)(_window - 1) * _fanOut;

    // Arrivals fill the window up only when half of it is open, so that messages leave in bursts, as those of a busy publisher do.
    private long HalfWindow => (long)(_window / 2) * _fanOut;

    private void Send(long due)
    {
        new Stamp(_number, _sent, due).WriteTo(_arguments.AsSpan(_stampOffset));
        _session.Append(new WampMessage
        {
            Type = _type,
            RequestId = _session.TakeRequestId(),
            Uri = _uri,
            Payload = new Payload(_arguments, 1),
        });
        Volatile.Write(ref _sent, _sent + 1);
    }
}
