using System.CommandLine;
using System.Globalization;
using System.Text;
using Broker.Authentication;
using Broker.Client.Authentication;

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
        var memory = new Option<string?>("--memory")
        {
            Description = $"Takes Argon2id, which fills so many KiB, {LeastMemory} to {MostMemory}, instead of PBKDF2. For scram, where clients derive the key.",
            HelpName = "KIB",
        };
        var iterations = new Option<string?>("--iterations")
        {
            HelpName = "COUNT",
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
        command.SetAction((parsed, cancellation) =>
            HashAsync(parsed.GetValue(method)!, parsed.GetValue(iterations), parsed.GetValue(memory), cancellation));
        return command;
    }

    private static async Task<int> HashAsync(string method, string? count, string? size, CancellationToken cancellation)
    {
        var (iterations, memory) = (Number(count), Number(size));
        if (Problem(method, count, iterations, size, memory) is { } problem)
        {
            await Console.Error.WriteLineAsync(problem).ConfigureAwait(false);
            return RunCommand.UsageFault;
        }

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
                : memory is { } kib ? ScramCredential.FromPassword(secret, ScramParameters.Argon2id13(iterations ?? DefaultPasses, kib), Argon2.Derive).ToText()
                : ScramCredential.FromPassword(secret, ScramParameters.Pbkdf2(iterations ?? DefaultIterations)).ToText()).ConfigureAwait(false);
            return 0;
        }
        catch (ArgumentException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message.Split(" (Parameter")[0]).ConfigureAwait(false);
            return RunCommand.UsageFault;
        }
    }

    private static string? Problem(string method, string? count, int? iterations, string? size, int? memory)
    {
        var most = size is null ? MostIterations : MostPasses;
        return size is not null && method != "scram" ? "Argon2id is for --method scram only: leave --memory out."
            : size is not null && memory is not (>= LeastMemory and <= MostMemory) ? $"'{size}' is no amount of memory: write {LeastMemory} to {MostMemory}, in KiB."
            : count is not null && !(iterations >= 1 && iterations <= most) ? $"'{count}' is no number of iterations: write 1 to {most}."
            : null;
    }

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

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
