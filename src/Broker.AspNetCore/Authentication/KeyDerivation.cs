using System.Net;
using Broker.Limits;

namespace Broker.Authentication;

/// <summary>
/// Derives keys of passwords away from the threads that move messages, those of the thread pool included: one takes a good part of a second, on
/// purpose. Some at once; further ones wait for their turn, or until nobody waits for them any more. Each address has a line of its own, lines are
/// served one after the other, and both their length and all of them together are bounded: who asks for more than its share waits behind itself.
/// Thread-safe.
/// </summary>
/// <param name="atOnce">How many keys are derived at the same time.</param>
internal sealed class KeyDerivation(int atOnce)
{
    /// <summary>How many may wait of one address.</summary>
    public const int MostOfOneAddress = 64;

    /// <summary>How many may wait in all.</summary>
    public const int MostOfAll = 2048;

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, Line> _byAddress = [];
    private readonly LinkedList<Line> _lines = new(); // those in which somebody waits; the first is served next
    private int _free = atOnce;

    /// <summary>That of this process, which leaves a processor to messages if there are several.</summary>
    public static KeyDerivation Shared { get; } = new(Math.Max(1, Environment.ProcessorCount - 1));

    /// <summary>How many wait for their turn.</summary>
    public int Waiting { get; private set; }

    /// <summary>Has a key derived, when it is its turn.</summary>
    /// <param name="address">Where the one is who wants it; null for a Unix domain socket.</param>
    /// <param name="derive">Derives it and compares.</param>
    /// <param name="cancellationToken">Canceled when nobody waits for it any more.</param>
    /// <param name="waits">Is told when a wait begins, and when it has ended well.</param>
    /// <exception cref="KeyDerivationBusyException">So many wait already.</exception>
    public async ValueTask<bool> RunAsync(IPAddress? address, Func<bool> derive, CancellationToken cancellationToken, Action<bool>? waits = null)
    {
        if (Enter(Admission.Key(address) ?? IPAddress.None) is { } waiter)
        {
            waits?.Invoke(true);
            await using var registration = cancellationToken
                .UnsafeRegister((_, token) => GiveUp(waiter, token), null)
                .ConfigureAwait(false);
            await waiter.Turn.Task.ConfigureAwait(false);
            waits?.Invoke(false);
        }

        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return await Task.Factory
                .StartNew(derive, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                .ConfigureAwait(false);
        }
        finally
        {
            PassOn();
        }
    }

    /// <summary>Takes a turn, or else a place in line.</summary>
    /// <returns>The place; null: it is the caller's turn.</returns>
    private Waiter? Enter(IPAddress address)
    {
        lock (_lock)
        {
            if (_free > 0)
            {
                _free--;
                return null;
            }

            var line = _byAddress.GetValueOrDefault(address);
            if (Waiting == MostOfAll || line?.Waiters.Count == MostOfOneAddress)
            {
                throw new KeyDerivationBusyException();
            }

            if (line is null)
            {
                _byAddress[address] = line = new Line(address);
                _lines.AddLast(line.Place);
            }

            var waiter = new Waiter(line);
            line.Waiters.AddLast(waiter.Place);
            Waiting++;
            return waiter;
        }
    }

    /// <summary>Gives a turn to the first of the line that is next, whose line is served again behind all others.</summary>
    private void PassOn()
    {
        Waiter next;
        lock (_lock)
        {
            if (_lines.First is not { Value: var line })
            {
                _free++;
                return;
            }

            next = line.Waiters.First!.Value;
            Remove(next);
            if (line.Waiters.Count > 0)
            {
                _lines.RemoveFirst();
                _lines.AddLast(line.Place);
            }
        }

        next.Turn.SetResult();
    }

    private void GiveUp(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (waiter.Place.List is null)
            {
                return; // has its turn
            }

            Remove(waiter);
        }

        waiter.Turn.SetCanceled(cancellationToken);
    }

    private void Remove(Waiter waiter)
    {
        var line = waiter.Line;
        line.Waiters.Remove(waiter.Place);
        Waiting--;
        if (line.Waiters.Count == 0)
        {
            _lines.Remove(line.Place);
            _byAddress.Remove(line.Address);
        }
    }

    /// <summary>Those of one address who wait.</summary>
    private sealed class Line
    {
        public Line(IPAddress address) => (Address, Place) = (address, new LinkedListNode<Line>(this));

        public IPAddress Address { get; }

        public LinkedListNode<Line> Place { get; }

        public LinkedList<Waiter> Waiters { get; } = new();
    }

    private sealed class Waiter
    {
        public Waiter(Line line) => (Line, Place) = (line, new LinkedListNode<Waiter>(this));

        public Line Line { get; }

        public LinkedListNode<Waiter> Place { get; }

        public TaskCompletionSource Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>As many wait for keys to be derived as may.</summary>
internal sealed class KeyDerivationBusyException() : Exception("As many wait for keys to be derived as may.");
