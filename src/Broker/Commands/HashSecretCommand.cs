using System.CommandLine;
using System.Text;
using Broker.Authentication;

namespace Broker.Commands;

/// <summary><c>hash-secret</c>: what the configuration keeps of a secret, so that the secret itself is nowhere at rest.</summary>
internal static class HashSecretCommand
{
    private const int DefaultIterations = 100_000;

    /// <summary>Clients of this project refuse to compute more.</summary>
    private const int MostIterations = 10_000_000;

    public static Command Build()
    {
        var method = new Option<string>("--method")
        {
            Description = "What it is for: ticket, wampcra or scram.",
            HelpName = "METHOD",
            Required = true,
        };
        method.AcceptOnlyFromAmong("ticket", "wampcra", "scram");
        var iterations = new Option<int>("--iterations")
        {
            Description = "How often PBKDF2 goes round: what guessing costs others, and joining costs clients.",
            DefaultValueFactory = _ => DefaultIterations,
        };
        iterations.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[^1].Value, out var count) && count is < 1 or > MostIterations)
            {
                result.AddError($"'{count}' is no number of iterations: write 1 to {MostIterations}.");
            }
        });
        var command = new Command(
            "hash-secret", "Reads a secret from standard input, and prints the hash that stands in the configuration instead.")
        {
            method,
            iterations,
        };
        command.SetAction((parsed, cancellation) => HashAsync(parsed.GetValue(method)!, parsed.GetValue(iterations), cancellation));
        return command;
    }

    private static async Task<int> HashAsync(string method, int iterations, CancellationToken cancellation)
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
            await Console.Out.WriteLineAsync(method == "wampcra"
                ? CraCredential.FromSecret(secret, iterations).ToText()
                : ScramCredential.FromPassword(secret, ScramParameters.Pbkdf2(iterations)).ToText()).ConfigureAwait(false);
            return 0;
        }
        catch (ArgumentException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message.Split(" (Parameter")[0]).ConfigureAwait(false);
            return RunCommand.UsageFault;
        }
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
