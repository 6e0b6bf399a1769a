using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Internal;
using Microsoft.Extensions.Logging.Abstractions;

namespace Broker.Authorization;

/// <summary>Remembers the answers of authorizers, and lets those who ask the same at the same time share one question. Thread-safe.</summary>
internal sealed class DecisionCache(TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<AuthorizerQuestion, Lazy<Task<AuthorizerAnswer>>> _asked = new();
    private readonly Lock _forgetting = new();
    private volatile Generation? _generation;
    private int _forgotten; // how often; guarded by the lock

    /// <summary>The answer that is remembered, or null.</summary>
    public AuthorizerAnswer? Find(AuthorizerQuestion question) => _generation?.Answers.Get<AuthorizerAnswer>(question);

    /// <summary>Asks, or waits with those who have asked the same already.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="options">How long the answer is remembered.</param>
    /// <param name="ask">Asks.</param>
    public async Task<AuthorizerAnswer> AskAsync(AuthorizerQuestion question, AuthorizerOptions options, Func<Task<AuthorizerAnswer>> ask)
    {
        var generation = Current(options);
        int forgotten;
        Lazy<Task<AuthorizerAnswer>> asked;
        lock (_forgetting)
        {
            // Both at once: a question from before all was forgotten must not be taken for one from behind it.
            forgotten = _forgotten;
            asked = _asked.GetOrAdd(question, _ => new Lazy<Task<AuthorizerAnswer>>(ask));
        }

        try
        {
            var answer = await asked.Value.ConfigureAwait(false);
            var lasting = answer.IsAllowed ? options.AllowedFor : options.DeniedFor;
            if (answer.IsLasting && lasting > TimeSpan.Zero)
            {
                lock (_forgetting)
                {
                    // What was forgotten meanwhile stays forgotten.
                    if (_forgotten == forgotten)
                    {
                        generation.Answers.Set(question, answer, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = lasting });
                    }
                }
            }

            return answer;
        }
        finally
        {
            _asked.TryRemove(new(question, asked));
        }
    }

    /// <summary>Forgets all answers, those included that are on their way.</summary>
    public void Forget()
    {
        lock (_forgetting)
        {
            _forgotten++;
            _asked.Clear();
            _generation = null;
        }
    }

    /// <summary>Forgets the answers to some questions, and all that are on their way.</summary>
    /// <returns>How many were remembered.</returns>
    public int Forget(Predicate<AuthorizerQuestion> questions)
    {
        lock (_forgetting)
        {
            _forgotten++;
            _asked.Clear();
            if (_generation?.Answers is not { } answers)
            {
                return 0;
            }

            var found = answers.Keys.OfType<AuthorizerQuestion>().Where(question => questions(question) && answers.TryGetValue(question, out _)).ToList();
            found.ForEach(answers.Remove);
            return found.Count;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _generation?.Answers.Dispose();

    private Generation Current(AuthorizerOptions options)
    {
        var current = _generation;
        if (current is null || current.Size != options.MaxRemembered)
        {
            _generation = current = new Generation(
                new MemoryCache(new MemoryCacheOptions { SizeLimit = options.MaxRemembered, Clock = new Clock(time) }, NullLoggerFactory.Instance), options.MaxRemembered);
        }

        return current;
    }

    private sealed record Generation(MemoryCache Answers, int Size);

    private sealed class Clock(TimeProvider time) : ISystemClock
    {
        public DateTimeOffset UtcNow => time.GetUtcNow();
    }
}
