using Broker.Client;

namespace Broker.EndToEnd;

/// <summary>The configuration changes again and again while 200 sessions are busy: none of them loses anything but what its role may not do any more.</summary>
public sealed class ReloadUnderLoadTests : IDisposable
{
    private const int Sessions = 200;
    private const int Reloads = 50;
    private const string Realm = "com.example.busy";
    private const string Topic = "com.example.numbers";
    private const string Toggled = "com.example.toggled";
    private const string Last = "com.example.last";

    private readonly string _folder = Directory.CreateTempSubdirectory("broker-").FullName;
    private int _published;

    private string File => Path.Combine(_folder, "broker.json");

    [Fact]
    public async Task No_session_and_no_message_is_lost_and_permissions_change_once_each()
    {
        Write(Configuration(0, mayToggle: true));
        await using var process = ChildProcess.StartIn(_folder, [], "dotnet", BuiltFiles.Router);
        var url = new Uri((await process.ReadLineAsync())!.Split("tcp://")[1].Split(' ')[0].Insert(0, "tcp://"));
        var subscribers = await Task.WhenAll(Enumerable.Range(0, Sessions).Select(_ => Subscriber.StartAsync(url)));
        await using var publisher = await ConnectAsync(url);
        using var enough = new CancellationTokenSource();
        var publishing = PublishAsync(publisher, enough.Token);
        var revocations = 0;
        await using var callee = await ConnectAsync(url, _ => Interlocked.Increment(ref revocations));
        var registration = await callee.RegisterAsync(Toggled, _ => ValueTask.FromResult(1)).Soon();

        var (mayToggle, losses) = (true, 0);
        for (var i = 1; i <= Reloads; i++)
        {
            await PublishedAsync(i, publishing); // something is published between any two reloads, however slow the machine is
            if (i % 5 == 0)
            {
                await ReloadAsync(process, $"{{ \"oops{i}\": 1 }}", $"oops{i}: there is no such key");
                continue;
            }

            mayToggle = !mayToggle;
            await ReloadAsync(process, Configuration(i, mayToggle), $"-> {60 + i}");
            if (mayToggle)
            {
                registration = await callee.RegisterAsync(Toggled, _ => ValueTask.FromResult(1)).Soon();
            }
            else
            {
                losses++;
                Assert.Equal(new Revocation(Toggled, "wamp.error.not_authorized"), await registration.Revoked.Soon());
                var refusal = await Assert.ThrowsAsync<WampException>(() => callee.RegisterAsync(Toggled, _ => ValueTask.FromResult(1)).Soon());
                Assert.Equal("wamp.error.not_authorized", refusal.Uri);
            }
        }

        await PublishedAsync(Reloads + 1, publishing);
        await enough.CancelAsync();
        var published = await publishing.Soon();
        await publisher.PublishAcknowledgedAsync(Last, [published]).Soon();
        Assert.True(published > Reloads);
        Assert.Equal(losses, revocations);
        foreach (var subscriber in subscribers)
        {
            Assert.Equal(published, await subscriber.CompleteAsync());
            await subscriber.DisposeAsync();
        }

        await process.TerminateAsync();
        Assert.Equal(0, await process.WaitForExitAsync());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Every one of them differs from all others.</summary>
    private static string Configuration(int number, bool mayToggle) => $$"""
        {
          "listeners": [ { "listen": "127.0.0.1:0" } ],
          "limits": { "nesting": {{60 + number}} },
          "realms": [ {
            "name": "{{Realm}}",
            "roles": [ {
              "name": "guest",
              "permissions": [
                { "uri": "com.example.", "match": "prefix", "allow": { "publish": true, "subscribe": true } },
                { "uri": "{{Toggled}}", "allow": { "register": {{(mayToggle ? "true" : "false")}} } }
              ]
            } ],
            "auth": { "anonymous": { "role": "guest" } }
          } ]
        }
        """;

    private static Task<WampClient> ConnectAsync(Uri url, Action<Revocation>? revoked = null) =>
        WampClient.ConnectAsync(new WampClientOptions { Url = url, Realm = Realm, ReceiveBuffer = 1_000_000, Revoked = revoked }).Soon();

    /// <summary>Publishes 1, 2, 3 and so on, each when the one before it is confirmed; gives the last.</summary>
    private async Task<int> PublishAsync(WampClient publisher, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            await publisher.PublishAcknowledgedAsync(Topic, [_published + 1], cancellationToken: CancellationToken.None);
            Interlocked.Increment(ref _published);
        }

        return _published;
    }

    /// <summary>Waits until so many numbers are published.</summary>
    private async Task PublishedAsync(int count, Task publishing)
    {
        while (Volatile.Read(ref _published) < count && !publishing.IsCompleted && !TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            await Task.Yield();
        }
    }

    private void Write(string text) => System.IO.File.WriteAllText(File, text);

    private async Task ReloadAsync(ChildProcess process, string text, string mark)
    {
        Write(text);
        await process.HangUpAsync();
        while (await process.ReadLineAsync() is { } line)
        {
            if (line.Contains(mark, StringComparison.Ordinal))
                return;
        }

        throw process.Failure($"It ended without a line with '{mark}'");
    }

    /// <summary>A session that counts numbers, and sees that they come in order and without a gap.</summary>
    private sealed class Subscriber(WampClient client) : IAsyncDisposable
    {
        private readonly TaskCompletionSource<int> _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        public static async Task<Subscriber> StartAsync(Uri url)
        {
            var client = await ConnectAsync(url);
            var subscriber = new Subscriber(client);
            await client.SubscribeAsync(Topic, subscriber.Take).Soon();
            await client.SubscribeAsync(Last, e => subscriber._completed.TrySetResult(e.Arguments.Get<int>(0))).Soon();
            return subscriber;
        }

        /// <summary>The last number, when it has come, and all before it.</summary>
        public async Task<int> CompleteAsync()
        {
            var last = await _completed.Task.Soon();
            while (Volatile.Read(ref _count) < last && !TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                await Task.Yield(); // the last number comes through another queue than all others
            }

            return _count;
        }

        public ValueTask DisposeAsync() => client.DisposeAsync();

        private void Take(WampEvent e)
        {
            var number = e.Arguments.Get<int>(0);
            if (number != _count + 1)
            {
                _completed.TrySetException(new InvalidOperationException($"{number} came where {_count + 1} was due."));
            }

            Interlocked.Increment(ref _count);
        }
    }
}
