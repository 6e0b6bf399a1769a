using System.Text;
using Broker.Ids;
using Broker.Messages;
using Broker.Options;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.LoadTest.Connections;

/// <summary>
/// A session that has joined the realm. Requests that prepare a run are made one at a time and awaited; EVENT, INVOCATION and answers to calls go to
/// <see cref="Received"/>, on the thread that reads.
/// </summary>
internal sealed class LoadSession : IDisposable
{
    /// <summary>How long the router may take to answer what prepares or ends a run.</summary>
    public static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan s_leaveLimit = TimeSpan.FromSeconds(2);
    private static readonly byte[][] s_hello = [.. Enum.GetValues<SerializerKind>().Select(EncodeHello)];

    private readonly Connection _connection;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource<long>? _answer;
    private IdSequence _requestIds;
    private volatile bool _isLeaving;

    private LoadSession(Connection connection) => _connection = connection;

    public SerializerKind Serializer => _connection.Serializer;

    /// <summary>Takes what the run is about. Set before the run starts.</summary>
    public MessageReceived? Received { get; set; }

    /// <summary>Is told once, in one sentence, when the session ends and nobody asked it to.</summary>
    public Action<string>? EndedEarly { get; set; }

    /// <summary>Connects and joins.</summary>
    /// <exception cref="Fault">There is no router, it refuses, or it does not answer in time.</exception>
    public static async Task<LoadSession> JoinAsync(LoadSettings settings, int bufferSize, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(AnswerLimit);
        Connection connection;
        try
        {
            connection = await Connection.OpenAsync(settings.Address, settings.Serializer, bufferSize, limit.Token);
        }
        catch (OperationCanceledException exception) when (!cancellation.IsCancellationRequested)
        {
            throw new Fault($"{settings.Address.Url} does not answer within {AnswerLimit.TotalSeconds:0} seconds.", exception);
        }

        var session = new LoadSession(connection);
        try
        {
            var hello = new WampMessage
            {
                Type = MessageType.Hello,
                Uri = Encoding.UTF8.GetBytes(settings.Realm),
                Dict = s_hello[(int)settings.Serializer],
            };
            var welcome = session.Ask(hello);
            _ = session.ReadAsync();
            await AwaitAnswerAsync(welcome, cancellation);
            return session;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Makes SUBSCRIBE, REGISTER or an acknowledged PUBLISH, and waits for the answer.</summary>
    /// <exception cref="Fault">The router refuses, or does not answer in time.</exception>
    public Task RequestAsync(MessageType type, string uri, RequestOption option, CancellationToken cancellation)
    {
        var answer = Ask(new WampMessage
        {
            Type = type,
            RequestId = TakeRequestId(),
            Uri = Encoding.UTF8.GetBytes(uri),
            Dict = option.Encode(Serializer),
        });
        return AwaitAnswerAsync(answer, cancellation);
    }

    /// <summary>Takes the next request id. Whoever takes one appends its message before the next is taken.</summary>
    public long TakeRequestId() => _requestIds.Take();

    /// <summary>Queues a message; it leaves by <see cref="FlushBatch"/>.</summary>
    public void Append(scoped in WampMessage message) => _connection.Append(message);

    /// <summary>Says GOODBYE, waits a moment for the answer, and closes. Never fails.</summary>
    public async Task LeaveAsync()
    {
        _isLeaving = true;
        Append(new WampMessage { Type = MessageType.Goodbye, Uri = Encoding.UTF8.GetBytes(CloseUris.CloseRealm) });
        FlushBatch.Flush();
        try
        {
            await _ended.Task.WaitAsync(s_leaveLimit, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            // Then without.
        }

        _connection.Reset();
    }

    public void Dispose()
    {
        _isLeaving = true;
        _connection.Dispose();
    }

    private Task<long> Ask(scoped in WampMessage request)
    {
        var answer = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _answer, answer);
        Append(request);
        FlushBatch.Flush();
        return answer.Task;
    }

    private static async Task AwaitAnswerAsync(Task answer, CancellationToken cancellation)
    {
        try
        {
            await answer.WaitAsync(AnswerLimit, TimeProvider.System, cancellation);
        }
        catch (TimeoutException exception)
        {
            throw new Fault($"The router does not answer within {AnswerLimit.TotalSeconds:0} seconds.", exception);
        }
    }

    private async Task ReadAsync()
    {
        var reason = "The router closes a connection.";
        try
        {
            await _connection.ReadAsync(Take);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            reason = $"A connection broke: {exception.Message.TrimEnd('.')}.";
        }
        catch (WampProtocolException exception)
        {
            reason = $"The router sends what no client can read: {exception.Message}";
        }
        catch (Fault fault)
        {
            reason = fault.Message;
        }

        End(reason);
        _connection.Dispose();
    }

    private void Take(scoped in WampMessage message)
    {
        switch (message.Type)
        {
            case MessageType.Event:
            case MessageType.Invocation:
            case MessageType.Result:
            case MessageType.Error when message.RequestType == MessageType.Call:
                Received?.Invoke(message);
                break;
            case MessageType.Welcome:
            case MessageType.Subscribed:
            case MessageType.Registered:
            case MessageType.Published:
                Interlocked.Exchange(ref _answer, null)?.TrySetResult(message.RequestId);
                break;
            case MessageType.Error:
                Refuse($"The router refuses {message.RequestType.ToString().ToUpperInvariant()} with {Encoding.UTF8.GetString(message.Uri)}.");
                break;
            case MessageType.Challenge:
                End("The router wants authentication, and this tool joins without: allow anonymous sessions in the realm.");
                break;
            case MessageType.Abort:
                End(Describe("The router refuses the session with", message));
                break;
            case MessageType.Goodbye:
                if (!_isLeaving)
                {
                    Append(new WampMessage { Type = MessageType.Goodbye, Uri = Encoding.UTF8.GetBytes(CloseUris.GoodbyeAndOut) });
                }

                End(Describe("The router ends a session with", message));
                break;
            default:
                break;
        }
    }

    private string Describe(string what, scoped in WampMessage message)
    {
        var text = CloseDetails.Parse(Serializer, message.Dict).Message;
        return $"{what} {Encoding.UTF8.GetString(message.Uri)}{(text is null ? "" : $": {text.TrimEnd('.')}")}.";
    }

    /// <summary>The first reason is the one that counts.</summary>
    private void End(string reason)
    {
        if (!_ended.TrySetResult())
        {
            return;
        }

        if (!Refuse(reason) && !_isLeaving)
        {
            EndedEarly?.Invoke(reason);
        }
    }

    private bool Refuse(string reason) => Interlocked.Exchange(ref _answer, null)?.TrySetException(new Fault(reason)) == true;

    private static byte[] EncodeHello(SerializerKind serializer) => ValueEncoder.Encode(serializer, new HelloDetails
    {
        Roles = new RoleSet { Publisher = Features.None, Subscriber = Features.None, Caller = Features.None, Callee = Features.None },
        Agent = "Broker.LoadTest",
    });
}
