using System.CommandLine;
using Broker.Security;

namespace Broker.Commands;

/// <summary><c>check [FILE]</c>: finds all faults of a configuration, as the router would when it starts.</summary>
internal static class CheckCommand
{
    public static Command Build(ConfigurationFlags flags)
    {
        var file = new Argument<string?>("file") { Description = "The configuration file.", Arity = ArgumentArity.ZeroOrOne }.WithoutOptions();
        var command = new Command("check", "Finds all faults of the configuration; exits with 0 when there are none, with 2 otherwise. Warnings are no faults.")
        {
            file,
        };
        flags.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var reading = flags.Source(parsed, parsed.GetValue(file)).Read();
            if (!reading.IsValid)
            {
                return await RunCommand.ReportAsync(reading.Faults).ConfigureAwait(false);
            }

            // Only here and at the start: a router that runs keeps the certificates that it has, and must not refuse another configuration because of them.
            if (TlsListeners.Open(reading).Faults is { Count: > 0 } faults)
            {
                return await RunCommand.ReportAsync(faults).ConfigureAwait(false);
            }

            foreach (var warning in reading.Warnings)
            {
                await Console.Error.WriteLineAsync($"Warning: {warning}").ConfigureAwait(false);
            }

            var verdict = reading.File is null ? "There is no file, and nothing else is wrong." : $"{reading.File} is in order.";
            await Console.Out.WriteLineAsync(verdict).ConfigureAwait(false);
            return 0;
        });
        return command;
    }
}
