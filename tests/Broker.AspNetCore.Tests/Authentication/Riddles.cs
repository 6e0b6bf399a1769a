using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Authentication;

/// <summary>An authenticator for tests: asks as many questions as it is told to, and answers when the test lets it.</summary>
internal sealed class Riddles(int rounds = 1) : IWampAuthenticator
{
    public string Method => "riddles";

    /// <summary>What the last HELLO brought.</summary>
    public ConcurrentQueue<AuthenticationRequest> Requests { get; } = new();

    /// <summary>Completed by the test to let the authenticator go on; null: it does not wait.</summary>
    public TaskCompletionSource? Held { get; init; }

    /// <summary>Completes when the authenticator has been asked.</summary>
    public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DateTimeOffset? Expires { get; init; }

    public async ValueTask<AuthenticationResult> BeginAsync(AuthenticationRequest request, CancellationToken cancellationToken)
    {
        Requests.Enqueue(request);
        Asked.TrySetResult();
        if (Held is { } held)
        {
            await held.Task;
        }

        return request.AuthId switch
        {
            "faulty" => throw new InvalidOperationException("The backend is down."),
            "unwanted" => new AuthenticationResult.Refused(ErrorUris.AuthenticationDenied, "Go away."),
            _ => Question(rounds),
        };
    }

    public ValueTask<AuthenticationResult> ContinueAsync(
        AuthenticationRequest request, object? state, AuthenticationAnswer answer, CancellationToken cancellationToken)
    {
        var left = (int)state!;
        return ValueTask.FromResult<AuthenticationResult>(
            answer.Signature != $"answer {left}" ? new AuthenticationResult.Refused(ErrorUris.AuthenticationDenied, "That is wrong.")
            : left > 1 ? Question(left - 1)
            : new AuthenticationResult.Accepted(
                new SessionIdentity(request.AuthId ?? "nobody", "guest", Method, "test"), new JsonObject { ["hint"] = answer.Extra["hint"]?.DeepClone() }, Expires));
    }

    private static AuthenticationResult.Challenge Question(int left) => new(new JsonObject { ["question"] = left }, left);
}
