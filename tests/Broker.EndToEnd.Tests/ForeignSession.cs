using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Broker.Client;
using Xunit.Sdk;

namespace Broker.EndToEnd;

/// <summary>A session of a foreign library.</summary>
internal sealed class ForeignSession(ForeignDriver driver, string name) : DrivenSession
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _requests = new();
    private readonly ConcurrentDictionary<int, Channel<string>> _progress = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _interrupts = new();
    private readonly TaskCompletionSource<string> _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private JsonElement _welcome;
    private int _lastRequest;

    public string Name => name;

    public override long Id => _welcome.GetProperty("session").GetInt64();

    public override string AuthId => _welcome.GetProperty("authid").GetString()!;

    public override Task<string> Left => _left.Task;

    public async Task OpenAsync(string url, string serializer) =>
        _welcome = await RequestAsync("connect", new() { ["url"] = url, ["serializer"] = serializer, ["realm"] = RouterProcess.Realm });

    public override async Task<long> SubscribeAsync(string topic, string options = "{}") =>
        (await RequestAsync("subscribe", new() { ["uri"] = topic, ["options"] = JsonNode.Parse(options) })).GetInt64();

    public override Task UnsubscribeAsync(long subscription) => RequestAsync("unsubscribe", new() { ["id"] = subscription });

    public override async Task<long> PublishAsync(string topic, string arguments = "[]", string options = "{}") =>
        (await RequestAsync("publish", WithArguments(arguments, new() { ["uri"] = topic, ["options"] = JsonNode.Parse(options) }))).GetInt64();

    public override async Task<long> RegisterAsync(string procedure, string options = "{}") =>
        (await RequestAsync("register", new() { ["uri"] = procedure, ["options"] = JsonNode.Parse(options) })).GetInt64();

    public override Task UnregisterAsync(long registration) => RequestAsync("unregister", new() { ["id"] = registration });

    public override DrivenCall Call(
        string procedure, string arguments = "[]", string argumentsKw = "{}", string options = "{}", string cancelMode = "kill")
    {
        var progress = Channel.CreateUnbounded<string>();
        var request = Interlocked.Increment(ref _lastRequest);
        _progress[request] = progress;
        var message = WithArguments(arguments, new() { ["uri"] = procedure, ["options"] = JsonNode.Parse(options) });
        message["kwargs"] = JsonNode.Parse(argumentsKw);
        return new DrivenCall(
            ResultAsync(RequestAsync("call", message, request)),
            progress.Reader,
            () => RequestAsync("cancel", new() { ["call"] = request, ["mode"] = cancelMode }));
    }

    public override async Task LeaveAsync()
    {
        await RequestAsync("leave", []);
        await Left.Soon();
    }

    public override async ValueTask DisposeAsync()
    {
        if (!Left.IsCompleted)
            await LeaveAsync();
    }

    /// <summary>What the process says about this session.</summary>
    public void Take(JsonObject line)
    {
        if (line["request"] is { } request)
            Reply((int)request, line);
        else if (line["event"] is { } published)
            Take(Event(Element(published)));
        else if (line["invocation"] is { } invocation)
            Take(Invocation(Element(invocation)));
        else if (line["interrupted"] is { } interrupted)
            Interrupt((int)interrupted).TrySetResult();
        else if (line["progress"] is { } progress)
            _progress[(int)progress["call"]!].Writer.TryWrite(DrivenText.Of(Element(progress)));
        else if (line["revoked"] is { } revoked)
            TakeRevocation((long)revoked["id"]!, (string?)revoked["reason"]);
        else if (line["left"] is { } left)
            _left.TrySetResult((string)left["reason"]!);
        else
            throw new XunitException($"Nobody knows what this line means: {line}");
    }

    /// <summary>The process has ended.</summary>
    public void Lose(Exception reason)
    {
        foreach (var request in _requests.Values)
            request.TrySetException(reason);
        _left.TrySetResult("lost");
    }

    private static JsonElement Element(JsonNode node) => JsonElement.Parse(node.ToJsonString());

    private static JsonObject WithArguments(string arguments, JsonObject message)
    {
        message["args"] = JsonNode.Parse(arguments);
        message["kwargs"] = new JsonObject();
        return message;
    }

    private static async Task<string> ResultAsync(Task<JsonElement> reply) => DrivenText.Of(await reply);

    private Task<JsonElement> RequestAsync(string verb, JsonObject message) => RequestAsync(verb, message, Interlocked.Increment(ref _lastRequest));

    private async Task<JsonElement> RequestAsync(string verb, JsonObject message, int request)
    {
        var reply = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests[request] = reply;
        (message["session"], message["request"], message["do"]) = (name, request, verb);
        await driver.SendAsync(message);
        try
        {
            return await reply.Task.Soon();
        }
        catch (TimeoutException)
        {
            throw driver.Failure($"It did not answer {message.ToJsonString()}");
        }
    }

    private void Reply(int request, JsonObject line)
    {
        if (!_requests.TryRemove(request, out var reply))
            throw new XunitException($"Nobody asked for {line}");
        if (line["error"] is { } error)
            reply.SetException(new WampException((string)error["uri"]!, error.ToJsonString()));
        else if (line["failed"] is { } failed)
            reply.SetException(new XunitException((string)failed!));
        else
            reply.SetResult(JsonElement.Parse(line["value"]?.ToJsonString() ?? "null"));
    }

    private static DrivenEvent Event(JsonElement line) => new(
        line.GetProperty("subscription").GetInt64(),
        line.GetProperty("publication").GetInt64(),
        line.GetProperty("topic").GetString()!,
        DrivenText.Of(line),
        line.GetProperty("retained").GetBoolean(),
        Number(line, "publisher"),
        Text(line, "publisher_authid"));

    private DrivenInvocation Invocation(JsonElement line)
    {
        var id = line.GetProperty("id").GetInt32();
        return new DrivenInvocation(
            line.GetProperty("procedure").GetString()!,
            DrivenText.Of(line),
            line.GetProperty("progress").GetBoolean(),
            Number(line, "caller"),
            Text(line, "caller_authid"),
            Interrupt(id).Task,
            result => RequestAsync("answer", WithArguments(result, new() { ["invocation"] = id, ["progress"] = true })),
            result => RequestAsync("answer", WithArguments(result, new() { ["invocation"] = id, ["progress"] = false })),
            (uri, result) => RequestAsync("fail", WithArguments(result, new() { ["invocation"] = id, ["uri"] = uri })));
    }

    private TaskCompletionSource Interrupt(int invocation) =>
        _interrupts.GetOrAdd(invocation, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private static long? Number(JsonElement line, string key) =>
        line.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : null;

    private static string? Text(JsonElement line, string key) => line.TryGetProperty(key, out var value) ? value.GetString() : null;
}
