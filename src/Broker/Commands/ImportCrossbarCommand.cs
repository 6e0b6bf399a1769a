using System.CommandLine;
using Broker.Configuration.Imports;

namespace Broker.Commands;

/// <summary><c>import-crossbar FILE</c>: converts the configuration of a Crossbar.io node.</summary>
internal static class ImportCrossbarCommand
{
    public static Command Build()
    {
        var file = new Argument<string>("file") { Description = "The node's config.json." }.WithoutOptions();
        var command = new Command(
            "import-crossbar",
            "Converts a config.json of Crossbar.io: prints a configuration, and on standard error what differs or was left out.") { file };
        command.SetAction(async (parsed, cancellation) =>
        {
            var path = parsed.GetValue(file)!;
            try
            {
                var import = CrossbarImport.Read(path, await File.ReadAllBytesAsync(path, cancellation).ConfigureAwait(false));
                foreach (var note in import.Notes)
                {
                    await Console.Error.WriteLineAsync(note).ConfigureAwait(false);
                }

                await Console.Out.WriteAsync(import.Text).ConfigureAwait(false);
                return import.Text.Length > 0 ? 0 : RunCommand.UsageFault;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
            {
                await Console.Error.WriteLineAsync($"{path} cannot be read: {exception.Message}").ConfigureAwait(false);
                return RunCommand.UsageFault;
            }
        });
        return command;
    }
}
