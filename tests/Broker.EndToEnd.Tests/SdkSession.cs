using System.Text.Json.Nodes;
using System.Threading.Channels;
using Broker.Client;
using Broker.Uris;
using CancelMode = Broker.Options.CancelMode;
using InvocationPolicy = Broker.Options.InvocationPolicy;

namespace Broker.EndToEnd;

/// <summary>A session of our own SDK, driven as the foreign ones are.</summary>
internal sealed class SdkSession(WampClient client) : DrivenSession
{
    private readonly Dictionary<long, IAsyncDisposable> _held = [];
    private readonly TaskCompletionSource<WampArguments?> _disposed = new();

    public override long Id => client.Session.Id;

    public override string AuthId => client.Session.AuthId!;

    public override Task<string> Left => ReasonAsync();

    public override async Task<long> SubscribeAsync(string topic, string options = "{}")
    {
        var wanted = JsonNode.Parse(options)!;
        var id = new TaskCompletionSource<long>();
        var subscription = await client.SubscribeAsync(
            topic,
            async published => Take(new DrivenEvent(
                await id.Task, // an event may be here before SubscribeAsync has returned
                published.PublicationId,
                published.Topic,
                DrivenText.Of(published.Arguments.ToString(), published.ArgumentsKw.ToString()),
                published.Retained,
                published.Publisher,
                published.PublisherAuthId)),
            new SubscribeOptions { Match = Match(wanted), GetRetained = Flag(wanted, "get_retained") });
        id.SetResult(subscription.Id);
        return Hold(subscription.Id, subscription, subscription.Revoked);
    }

    public override async Task UnsubscribeAsync(long subscription) => await _held[subscription].DisposeAsync();

    public override Task<long> PublishAsync(string topic, string arguments = "[]", string options = "{}")
    {
        var wanted = JsonNode.Parse(options)!;
        return client.PublishAcknowledgedAsync(topic, Arguments(arguments), new PublishOptions
        {
            ExcludeMe = (bool?)wanted["exclude_me"] ?? true,
            Exclude = List<long>(wanted, "exclude"),
            ExcludeAuthId = List<string>(wanted, "exclude_authid"),
            ExcludeAuthRole = List<string>(wanted, "exclude_authrole"),
            Eligible = List<long>(wanted, "eligible"),
            EligibleAuthId = List<string>(wanted, "eligible_authid"),
            EligibleAuthRole = List<string>(wanted, "eligible_authrole"),
            DiscloseMe = Flag(wanted, "disclose_me"),
            Retain = Flag(wanted, "retain"),
        });
    }

    public override async Task<long> RegisterAsync(string procedure, string options = "{}")
    {
        var wanted = JsonNode.Parse(options)!;
        var invoke = (string?)wanted["invoke"] is { } name ? Enum.Parse<InvocationPolicy>(name, ignoreCase: true) : InvocationPolicy.Single;
        var registration = await client.RegisterAsync(procedure, InvokedAsync, new RegisterOptions
        {
            Match = Match(wanted),
            Invoke = invoke,
            DiscloseCaller = Flag(wanted, "disclose_caller"),
            Concurrency = (int?)wanted["concurrency"] ?? 0,
        });
        return Hold(registration.Id, registration, registration.Revoked);
    }

    public override async Task UnregisterAsync(long registration) => await _held[registration].DisposeAsync();

    public override DrivenCall Call(
        string procedure, string arguments = "[]", string argumentsKw = "{}", string options = "{}", string cancelMode = "kill")
    {
        var wanted = JsonNode.Parse(options)!;
        var progress = Channel.CreateUnbounded<string>();
        var cancellation = new CancellationTokenSource();
        var typed = new CallOptions
        {
            DiscloseMe = Flag(wanted, "disclose_me"),
            Timeout = (int?)wanted["timeout"] is { } timeout ? TimeSpan.FromMilliseconds(timeout) : null,
            CancelMode = Enum.Parse<CancelMode>(cancelMode, ignoreCase: true),
        };
        var call = Flag(wanted, "receive_progress")
            ? client.CallAsync(procedure, Arguments(arguments, argumentsKw), result => progress.Writer.TryWrite(Text(result)), typed, cancellation.Token)
            : client.CallAsync(procedure, Arguments(arguments, argumentsKw), typed, cancellation.Token);
        return new DrivenCall(ResultAsync(call, cancellation), progress.Reader, cancellation.CancelAsync);
    }

    public override Task LeaveAsync() => client.LeaveAsync();

    public override ValueTask DisposeAsync()
    {
        _disposed.TrySetResult(null); // invocations that the test has left unanswered would be waited for
        return client.DisposeAsync();
    }

    private static async Task<string> ResultAsync(Task<WampResult> call, CancellationTokenSource cancellation)
    {
        using (cancellation)
        {
            try
            {
                return Text(await call);
            }
            catch (OperationCanceledException e) when (e.InnerException is WampException error)
            {
                throw new WampException(error.Uri, error.Message); // what the router said of a call that was canceled
            }
        }
    }

    private static string Text(WampResult result) => DrivenText.Of(result.Arguments.ToString(), result.ArgumentsKw.ToString());

    private static WampArguments Arguments(string arguments, string argumentsKw = "{}")
    {
        var all = new WampArguments();
        foreach (var value in JsonNode.Parse(arguments)!.AsArray())
            all.Add(value);
        foreach (var (keyword, value) in JsonNode.Parse(argumentsKw)!.AsObject())
            all.Add(keyword, value);
        return all;
    }

    private static MatchPolicy Match(JsonNode options) =>
        (string?)options["match"] is { } match ? Enum.Parse<MatchPolicy>(match, ignoreCase: true) : MatchPolicy.Exact;

    private static bool Flag(JsonNode options, string key) => (bool?)options[key] ?? false;

    private static List<T>? List<T>(JsonNode options, string key) => options[key]?.AsArray().GetValues<T>().ToList();

    private async Task<string> ReasonAsync() => (await client.Completion).Uri;

    private async ValueTask<WampArguments?> InvokedAsync(WampInvocation invocation, CancellationToken canceled)
    {
        var answer = new TaskCompletionSource<WampArguments?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var interrupted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var telling = canceled.Register(interrupted.SetResult);
        Take(new DrivenInvocation(
            invocation.Procedure,
            DrivenText.Of(invocation.Arguments.ToString(), invocation.ArgumentsKw.ToString()),
            invocation.ReceivesProgress,
            invocation.Caller,
            invocation.CallerAuthId,
            interrupted.Task,
            result => invocation.ReportAsync(Arguments(result)),
            result => Task.FromResult(answer.TrySetResult(Arguments(result))),
            (uri, result) => Task.FromResult(answer.TrySetException(new WampException(uri, uri, Arguments(result))))));
        return await await Task.WhenAny(answer.Task, _disposed.Task);
    }

    private long Hold(long id, IAsyncDisposable handle, Task<Revocation> revoked)
    {
        _held[id] = handle;
        _ = TellAsync(id, revoked);
        return id;
    }

    private async Task TellAsync(long id, Task<Revocation> revoked) => TakeRevocation(id, (await revoked).Reason);
}
