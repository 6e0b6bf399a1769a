using System.CommandLine;

namespace Broker.Commands;

/// <summary><c>print-effective</c>: every value of the configuration, and where it comes from.</summary>
internal static class PrintEffectiveCommand
{
    private const int ValueColumn = 48;

    public static Command Build(ConfigurationFlags flags)
    {
        var command = new Command(
            "print-effective", "Prints every value of the configuration and where it comes from; secrets show as ***.");
        flags.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var reading = flags.Source(parsed).Read();
            if (!reading.IsValid)
            {
                return await RunCommand.ReportAsync(reading.Faults).ConfigureAwait(false);
            }

            foreach (var value in reading.Values)
            {
                var assignment = $"{value.Path} = {value.Text}".PadRight(ValueColumn);
                await Console.Out.WriteLineAsync($"{assignment}  {value.Origin}").ConfigureAwait(false);
            }

            return 0;
        });
        return command;
    }
}
