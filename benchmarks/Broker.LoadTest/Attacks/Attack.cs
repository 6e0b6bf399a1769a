using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Broker.LoadTest.Connections;

namespace Broker.LoadTest.Attacks;

/// <summary>Does one thing to a router, from many connections, again and again until it is stopped. What the router ends is begun anew.</summary>
/// <param name="kind">What.</param>
/// <param name="address">Where the router is.</param>
/// <param name="realm">Whose realm.</param>
internal sealed class Attack(AttackKind kind, RouterAddress address, string realm)
{
    private const int Burst = 100;
    private const int RetainedEvents = 1000;

    private static readonly TimeSpan s_drip = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_afterRefusal = TimeSpan.FromMilliseconds(100);
    private static readonly string s_filler = new('x', 1000);
    private static readonly string s_longFiller = new('x', 30_000);

    private readonly string _prefix = $"attack.r{Guid.NewGuid():N}.";
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _done;
    private string? _firstFault;

    /// <summary>How often it has done its thing: connections, messages, pings, logins.</summary>
    public long Done => Volatile.Read(ref _done);

    /// <summary>What kept a connection from doing its part at all, the first time; null when nothing did.</summary>
    public string? FirstFault => Volatile.Read(ref _firstFault);

    /// <summary>Ends when it has done its thing once, or something has kept a connection from it.</summary>
    public Task Begun => _begun.Task;

    /// <summary>Attacks until it is cancelled.</summary>
    public Task RunAsync(CancellationToken cancellation) =>
        Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() => RepeatAsync(worker, cancellation), CancellationToken.None)));

    private int Workers => kind switch
    {
        AttackKind.None => 0,
        AttackKind.SilentConnections or AttackKind.SlowHandshakes or AttackKind.SilentSessions => 2000,
        AttackKind.UnreadEvents => 51,
        AttackKind.CallStorm or AttackKind.RetainedStorm => 5,
        AttackKind.WrongLogins or AttackKind.JoinStorm => 32,
        _ => 4,
    };

    private async Task RepeatAsync(int worker, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                using var intruder = await Intruder.DialAsync(address, cancellation, receiveBuffer: IsDeaf(worker) ? 4096 : 0);
                await ActAsync(intruder, worker, cancellation);
            }
            catch (Exception exception) when (exception is IOException or SocketException or Fault or WampProtocolException or OperationCanceledException)
            {
                if (exception is Fault)
                {
                    Interlocked.CompareExchange(ref _firstFault, exception.Message, null);
                }

                if (exception is Fault or SocketException) // where nobody listens, nothing is worth waiting for
                {
                    _begun.TrySetResult();
                }

                await Task.Delay(s_afterRefusal, TimeProvider.System, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private bool IsDeaf(int worker) => kind switch
    {
        AttackKind.UnreadEvents => worker > 0,
        AttackKind.CallStorm => worker == 1,
        AttackKind.RetainedStorm => worker > 2,
        _ => false,
    };

    private Task ActAsync(Intruder intruder, int worker, CancellationToken cancellation) => kind switch
    {
        AttackKind.SilentConnections => WaitForTheEndAsync(intruder, cancellation),
        AttackKind.SlowHandshakes => DripAsync(intruder, cancellation),
        AttackKind.SilentSessions => SayNoHelloAsync(intruder, cancellation),
        AttackKind.UnreadEvents => worker == 0 ? PublishAsync(intruder, cancellation) : SubscribeAndSleepAsync(intruder, cancellation),
        AttackKind.PingFlood => PingAsync(intruder, cancellation),
        AttackKind.OneByteFrames => CrumbleAsync(intruder, cancellation),
        AttackKind.SubscribeStorm => StormAsync(intruder, "[32,{0},{{}},\"{1}t{0}\"]", worker, cancellation),
        AttackKind.RetainedStorm => worker == 0 ? RetainAndSleepAsync(intruder, cancellation) : AskForRetainedAsync(intruder, IsDeaf(worker), cancellation),
        AttackKind.RegisterStorm => StormAsync(intruder, "[64,{0},{{}},\"{1}p{0}\"]", worker, cancellation),
        AttackKind.CallStorm => worker == 1 ? RegisterAndSleepAsync(intruder, cancellation) : CallAsync(intruder, cancellation),
        AttackKind.WrongLogins => GuessAsync(intruder, cancellation),
        _ => JoinAndVanishAsync(intruder, cancellation),
    };

    private async Task WaitForTheEndAsync(Intruder intruder, CancellationToken cancellation)
    {
        Count(1);
        await intruder.DiscardAsync(cancellation);
    }

    private async Task DripAsync(Intruder intruder, CancellationToken cancellation)
    {
        Count(1);
        foreach (var one in intruder.Opening())
        {
            await intruder.SendAsync([one], cancellation);
            await Task.Delay(s_drip, TimeProvider.System, cancellation);
        }
    }

    private async Task SayNoHelloAsync(Intruder intruder, CancellationToken cancellation)
    {
        await intruder.OpenAsync(cancellation);
        await WaitForTheEndAsync(intruder, cancellation);
    }

    private async Task SubscribeAndSleepAsync(Intruder intruder, CancellationToken cancellation)
    {
        await intruder.JoinAsync(realm, cancellation);
        await intruder.SendAsync(intruder.Frame($"[32,1,{{}},\"{_prefix}topic\"]"), cancellation);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
    }

    private async Task PublishAsync(Intruder intruder, CancellationToken cancellation)
    {
        await intruder.JoinAsync(realm, cancellation);
        await FloodAsync(intruder, i => intruder.Frame($"[16,{i},{{}},\"{_prefix}topic\",[\"{s_filler}\"]]"), cancellation);
    }

    private async Task PingAsync(Intruder intruder, CancellationToken cancellation)
    {
        await intruder.JoinAsync(realm, cancellation);
        await WithDiscardAsync(intruder, FloodAsync(intruder, _ => intruder.Ping(), cancellation), cancellation);
    }

    private async Task CrumbleAsync(Intruder intruder, CancellationToken cancellation)
    {
        await intruder.JoinAsync(realm, cancellation);
        for (var i = 1; ; i++)
        {
            var crumbs = intruder.Crumbs($"[16,{i},{{}},\"{_prefix}topic\",[\"{s_filler}\"]]");
            foreach (var together in crumbs.Chunk(address.IsWebSocket ? Burst : 1))
            {
                await intruder.SendAsync([.. together.SelectMany(crumb => crumb)], cancellation);
                Count(together.Length);
            }

            await Task.Yield(); // a socket that takes everything at once leaves the thread to nobody
        }
    }

    private async Task StormAsync(Intruder intruder, string message, int worker, CancellationToken cancellation)
    {
        await intruder.JoinAsync(realm, cancellation);
        var format = CompositeFormat.Parse(message);
        var storm = FloodAsync(
            intruder, i => intruder.Frame(string.Format(CultureInfo.InvariantCulture, format, i, $"{_prefix}w{worker}.")), cancellation, most: 5000);
        await WithDiscardAsync(intruder, storm, cancellation);
    }

    private async Task RetainAndSleepAsync(Intruder intruder, CancellationToken cancellation)
    {
        await intruder.JoinAsync(realm, cancellation);
        await FloodAsync(
            intruder, i => intruder.Frame($"[16,{i},{{\"retain\":true}},\"{_prefix}topic{i}\",[\"{s_longFiller}\"]]"), cancellation, most: RetainedEvents);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
    }

    private async Task AskForRetainedAsync(Intruder intruder, bool isDeaf, CancellationToken cancellation)
    {
        await intruder.JoinAsync(realm, cancellation);
        var storm = FloodAsync(
            intruder, i => intruder.Frame($"[32,{i},{{\"match\":\"prefix\",\"get_retained\":true}},\"{_prefix}\"]"), cancellation);
        await (isDeaf ? storm : WithDiscardAsync(intruder, storm, cancellation));
    }

    private async Task RegisterAndSleepAsync(Intruder intruder, CancellationToken cancellation)
    {
        await intruder.JoinAsync(realm, cancellation);
        await intruder.SendAsync(intruder.Frame($"[64,1,{{}},\"{_prefix}procedure\"]"), cancellation);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
    }

    private async Task CallAsync(Intruder intruder, CancellationToken cancellation)
    {
        await intruder.JoinAsync(realm, cancellation);
        var storm = FloodAsync(intruder, i => intruder.Frame($"[48,{i},{{}},\"{_prefix}procedure\",[\"{s_filler}\"]]"), cancellation);
        await WithDiscardAsync(intruder, storm, cancellation);
    }

    private async Task GuessAsync(Intruder intruder, CancellationToken cancellation)
    {
        await intruder.OpenAsync(cancellation);
        var hello = $"[1,\"{realm}\"," + """{"roles":{"caller":{}},"authmethods":["ticket"],"authid":""" + $"\"{Guid.NewGuid():N}\"}}]";
        await intruder.SendAsync(intruder.Frame(hello), cancellation);
        await intruder.ExpectAsync("[4,", cancellation);
        await intruder.SendAsync(intruder.Frame("""[5,"a guess",{}]"""), cancellation);
        await intruder.ExpectAsync("[3,", cancellation);
        Count(1);
    }

    private async Task JoinAndVanishAsync(Intruder intruder, CancellationToken cancellation)
    {
        await intruder.JoinAsync(realm, cancellation);
        Count(1);
    }

    /// <summary>Sends as much as the router takes.</summary>
    private async Task FloodAsync(Intruder intruder, Func<long, byte[]> message, CancellationToken cancellation, long most = long.MaxValue)
    {
        for (var i = 1L; i <= most; i += Burst)
        {
            await intruder.SendAsync([.. Enumerable.Range(0, Burst).SelectMany(k => message(i + k))], cancellation);
            Count(Burst);
            await Task.Yield(); // a socket that takes everything at once leaves the thread to nobody
        }
    }

    /// <summary>Reads while it sends, so that the router has no reason to end it for that.</summary>
    private static async Task WithDiscardAsync(Intruder intruder, Task sending, CancellationToken cancellation)
    {
        var reading = intruder.DiscardAsync(cancellation);
        await (await Task.WhenAny(sending, reading));
    }

    private void Count(int count)
    {
        Interlocked.Add(ref _done, count);
        _begun.TrySetResult();
    }
}
