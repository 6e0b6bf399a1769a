using System.CommandLine;
using Broker.Configuration.Documents;
using Broker.Configuration.Sources;

namespace Broker.Commands;

/// <summary><c>init [FILE]</c>: writes a configuration to start with, and its JSON Schema beside it.</summary>
internal static class InitCommand
{
    private const int Refusal = 1;

    public static Command Build()
    {
        var file = new Argument<string>("file")
        {
            Description = "The file to write.",
            DefaultValueFactory = _ => ConfigurationSource.DefaultFile,
        }.WithoutOptions();
        var command = new Command("init", "Writes a configuration file to start with. Never overwrites one.") { file };
        command.SetAction((parsed, cancellation) => WriteAsync(parsed.GetValue(file)!, cancellation));
        return command;
    }

    private static async Task<int> WriteAsync(string path, CancellationToken cancellation)
    {
        var defaults = new ConfigurationSource(null, new Dictionary<string, string>(), new Flags()).Read().Configuration;
        try
        {
            var file = new StreamWriter(new FileStream(path, FileMode.CreateNew, FileAccess.Write));
            await using (file.ConfigureAwait(false))
            {
                await file.WriteAsync(StartingFile.Write(defaults)).ConfigureAwait(false);
            }

            var schema = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, SchemaDocument.FileName);
            await File.WriteAllTextAsync(schema, SchemaDocument.Write(), cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var reason = File.Exists(path)
                ? $"{path} exists and is left as it is: name another file."
                : $"{path} cannot be written: {exception.Message}";
            await Console.Error.WriteLineAsync(reason).ConfigureAwait(false);
            return Refusal;
        }

        await Console.Out.WriteLineAsync($"Wrote {path}, and {SchemaDocument.FileName} for editors. Run it by: Broker.dll --config {path}")
            .ConfigureAwait(false);
        return 0;
    }
}
