using System.Threading.Channels;
using Broker.Client;

namespace Broker.EndToEnd;

/// <summary>
/// A session of any client, ours or another's, that a test tells what to do, so that the same test is played by all of them. Arguments are JSON lists, options
/// JSON dicts as they stand in the message; what is received is text, see <see cref="DrivenText"/>.
/// </summary>
internal abstract class DrivenSession : IAsyncDisposable
{
    private readonly Channel<DrivenEvent> _events = Channel.CreateUnbounded<DrivenEvent>();
    private readonly Channel<DrivenInvocation> _invocations = Channel.CreateUnbounded<DrivenInvocation>();
    private readonly Channel<(long Id, string? Reason)> _revocations = Channel.CreateUnbounded<(long Id, string? Reason)>();

    public abstract long Id { get; }

    public abstract string AuthId { get; }

    /// <summary>The events of all subscriptions.</summary>
    public ChannelReader<DrivenEvent> Events => _events;

    /// <summary>The calls of all registrations.</summary>
    public ChannelReader<DrivenInvocation> Invocations => _invocations;

    /// <summary>The id of each subscription or registration that the router has taken away, and why.</summary>
    public ChannelReader<(long Id, string? Reason)> Revocations => _revocations;

    /// <summary>The reason for which the session ended.</summary>
    public abstract Task<string> Left { get; }

    public abstract Task<long> SubscribeAsync(string topic, string options = "{}");

    public abstract Task UnsubscribeAsync(long subscription);

    /// <summary>Publishes with an acknowledgement and gives the publication id.</summary>
    public abstract Task<long> PublishAsync(string topic, string arguments = "[]", string options = "{}");

    public abstract Task<long> RegisterAsync(string procedure, string options = "{}");

    public abstract Task UnregisterAsync(long registration);

    /// <summary>Calls. <paramref name="cancelMode"/> is the mode of CANCEL, where the client can say one.</summary>
    public abstract DrivenCall Call(
        string procedure, string arguments = "[]", string argumentsKw = "{}", string options = "{}", string cancelMode = "kill");

    public abstract Task LeaveAsync();

    public abstract ValueTask DisposeAsync();

    protected void Take(DrivenEvent published) => _events.Writer.TryWrite(published);

    protected void Take(DrivenInvocation invocation) => _invocations.Writer.TryWrite(invocation);

    protected void TakeRevocation(long id, string? reason) => _revocations.Writer.TryWrite((id, reason));
}

/// <summary>An event as its subscriber sees it.</summary>
internal sealed record DrivenEvent(
    long Subscription, long Publication, string Topic, string Arguments, bool Retained, long? Publisher, string? PublisherAuthId);

/// <summary>A call as its callee sees it, to be answered by the test.</summary>
internal sealed class DrivenInvocation(
    string procedure,
    string arguments,
    bool receivesProgress,
    long? caller,
    string? callerAuthId,
    Task interrupted,
    Func<string, Task> report,
    Func<string, Task> complete,
    Func<string, string, Task> fail)
{
    public string Procedure => procedure;

    public string Arguments => arguments;

    public bool ReceivesProgress => receivesProgress;

    public long? Caller => caller;

    public string? CallerAuthId => callerAuthId;

    /// <summary>Completes with INTERRUPT.</summary>
    public Task Interrupted => interrupted;

    /// <summary>Sends a progressive result.</summary>
    public Task ReportAsync(string result) => report(result);

    /// <summary>Sends the result.</summary>
    public Task CompleteAsync(string result = "[]") => complete(result);

    /// <summary>Sends an ERROR.</summary>
    public Task FailAsync(string uri, string result = "[]") => fail(uri, result);
}

/// <summary>A call under way. Its result fails with a <see cref="WampException"/> for an ERROR.</summary>
internal sealed class DrivenCall(Task<string> result, ChannelReader<string> progress, Func<Task> cancel)
{
    public Task<string> Result => result;

    public ChannelReader<string> Progress => progress;

    public Task CancelAsync() => cancel();

    /// <summary>The URI of the ERROR that ends the call.</summary>
    public async Task<string> ErrorAsync() => (await Assert.ThrowsAnyAsync<WampException>(() => result)).Uri;
}
