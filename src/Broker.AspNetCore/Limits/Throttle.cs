using System.Diagnostics;
using Broker.Authorization;
using Broker.Transports;

namespace Broker.Limits;

/// <summary>
/// Holds the sessions of one connection to the <see cref="RateLimit"/> of their roles. What was sent in one session is not forgiven by
/// joining again. For the read loop only.
/// </summary>
internal sealed class Throttle(TimeProvider time)
{
    private const double LongestPause = 10_000; // in milliseconds: other limits, when the realm gets them, are to count soon
    private const double Rounding = 1e-6; // of a token: sums of fractions are not exact

    private RateLimit _limit = new();
    private double _messages; // sent, and not made up for by the time that has passed since
    private double _bytes;
    private long _then = time.GetTimestamp();

    /// <summary>What is counted is counted under these.</summary>
    public TagList Tags { get; private set; }

    /// <summary>From now on a session of this role sends, or the role has this limit.</summary>
    public void Turn(RateLimit? limit, string realm, string authRole)
    {
        Settle();
        _limit = limit ?? new RateLimit();
        Tags = new TagList { { "realm", realm }, { "role", authRole } };
    }

    /// <summary>Something of so many bytes has come.</summary>
    /// <returns>Whether the next may come at once.</returns>
    public bool Take(int bytes)
    {
        Settle();
        _messages = _limit.Messages > 0 ? _messages + 1 : 0;
        Add(bytes);
        return Missing() <= 0;
    }

    /// <summary>
    /// So many bytes have come that are no payload. The header of one frame is free; those of a message of fragments without number are not.
    /// </summary>
    public void TakeOverhead(long bytes)
    {
        if (bytes > FrameWriter.MaxHeaderLength)
        {
            Settle();
            Add(bytes);
        }
    }

    /// <summary>
    /// How long nothing more is to be read, in whole milliseconds, to be asked again then; zero: there is no need to wait.
    /// </summary>
    public TimeSpan Pause()
    {
        Settle();
        return TimeSpan.FromMilliseconds(Math.Ceiling(Math.Clamp(Missing(), 0, LongestPause)));
    }

    /// <summary>The milliseconds until there is room for one more message and one more byte.</summary>
    private double Missing() => Math.Max(Missing(_messages, _limit.Messages), Missing(_bytes, _limit.Bytes));

    private double Missing(double sent, long perSecond) =>
        perSecond == 0 ? 0 : (sent + 1 - ((double)perSecond * _limit.Burst) - Rounding) * 1000 / perSecond;

    private void Add(double bytes) => _bytes = _limit.Bytes > 0 ? _bytes + bytes : 0;

    private void Settle()
    {
        var now = time.GetTimestamp();
        var seconds = time.GetElapsedTime(_then, now).TotalSeconds;
        _then = now;
        _messages = Math.Max(0, _messages - (seconds * _limit.Messages));
        _bytes = Math.Max(0, _bytes - (seconds * _limit.Bytes));
    }
}
