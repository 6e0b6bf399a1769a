using System.CommandLine;
using System.Text;
using Broker.Authentication;

namespace Broker.Commands;

/// <summary><c>hash-secret</c>: what the configuration keeps of a secret, so that the secret itself is nowhere at rest.</summary>
internal static class HashSecretCommand
{
    private const int DefaultIterations = 100_000;
    private const int DefaultPasses = 3;

    // Clients of this project refuse to compute more, and to fill less memory.
    private const int MostIterations = 10_000_000;
    private const int MostPasses = 16;
    private const int LeastMemory = 8 * 1024;
    private const int MostMemory = 256 * 1024;

    public static Command Build()
    {
        var method = new Option<string>("--method")
        {
            Description = "What it is for: ticket, wampcra or scram.",
            HelpName = "METHOD",
            Required = true,
        };
        method.AcceptOnlyFromAmong("ticket", "wampcra", "scram");
        var memory = new Option<int?>("--memory")
        {
            Description = $"Takes Argon2id, which fills so many KiB, {LeastMemory} to {MostMemory}, instead of PBKDF2. For scram, where clients derive the key.",
            HelpName = "KIB",
        };
        var iterations = new Option<int?>("--iterations")
        {
            Description = $"How often PBKDF2 goes round, {DefaultIterations} times by default, or Argon2id, {DefaultPasses} times: what guessing costs "
                + "others, and joining costs clients.",
        };
        var command = new Command(
            "hash-secret", "Reads a secret from standard input, and prints the hash that stands in the configuration instead.")
        {
            method,
            iterations,
            memory,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(memory) is { } size && (result.GetValue(method) != "scram" || size is < LeastMemory or > MostMemory))
            {
                result.AddError(result.GetValue(method) == "scram"
                    ? $"'{size}' is no amount of memory: write {LeastMemory} to {MostMemory}, in KiB."
                    : "Argon2id is for --method scram only: leave --memory out.");
            }

            var most = result.GetValue(memory) is null ? MostIterations : MostPasses;
            if (result.GetValue(iterations) is { } count && (count < 1 || count > most))
            {
                result.AddError($"'{count}' is no number of iterations: write 1 to {most}.");
            }
        });
        command.SetAction((parsed, cancellation) =>
            HashAsync(parsed.GetValue(method)!, parsed.GetValue(iterations), parsed.GetValue(memory), cancellation));
        return command;
    }

    private static async Task<int> HashAsync(string method, int? iterations, int? memory, CancellationToken cancellation)
    {
        var secret = await ReadAsync(cancellation).ConfigureAwait(false);
        if (secret.Length == 0)
        {
            await Console.Error.WriteLineAsync("There is no secret on standard input.").ConfigureAwait(false);
            return RunCommand.UsageFault;
        }

        if (method == "ticket" && secret.Length > TicketCredential.MaxHashedLength)
        {
            await Console.Error.WriteLineAsync(
                $"The router checks no ticket of more than {TicketCredential.MaxHashedLength} characters against a hash: choose a shorter one.")
                .ConfigureAwait(false);
            return RunCommand.UsageFault;
        }

        try
        {
            await Console.Out.WriteLineAsync(method == "wampcra" ? CraCredential.FromSecret(secret, iterations ?? DefaultIterations).ToText()
                : memory is { } size ? ScramCredential.FromPassword(secret, ScramParameters.Argon2id13(iterations ?? DefaultPasses, size), Argon2).ToText()
                : ScramCredential.FromPassword(secret, ScramParameters.Pbkdf2(iterations ?? DefaultIterations)).ToText()).ConfigureAwait(false);
            return 0;
        }
        catch (ArgumentException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message.Split(" (Parameter")[0]).ConfigureAwait(false);
            return RunCommand.UsageFault;
        }
    }

    private static void Argon2(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int iterations, int memory, Span<byte> key)
    {
        using var argon2 = new Konscious.Security.Cryptography.Argon2id(password.ToArray())
        {
            Salt = salt.ToArray(),
            Iterations = iterations,
            MemorySize = memory,
            DegreeOfParallelism = 1,
        };
        argon2.GetBytes(key.Length).CopyTo(key);
    }

    /// <summary>One line: from a terminal without showing it, otherwise all there is but the line break at its end.</summary>
    private static async Task<string> ReadAsync(CancellationToken cancellation)
    {
        if (Console.IsInputRedirected)
        {
            var text = await Console.In.ReadToEndAsync(cancellation).ConfigureAwait(false);
            return text.EndsWith('\n') ? text[..^(text.EndsWith("\r\n", StringComparison.Ordinal) ? 2 : 1)] : text;
        }

        await Console.Error.WriteAsync("Secret: ").ConfigureAwait(false);
        var line = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                line.Length = Math.Max(0, line.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                line.Append(key.KeyChar);
            }
        }

        await Console.Error.WriteLineAsync().ConfigureAwait(false);
        return line.ToString();
    }
}
