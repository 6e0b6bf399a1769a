using System.CommandLine;
using Broker.Configuration.Documents;

namespace Broker.Commands;

/// <summary><c>schema</c> and <c>reference</c>: what can be configured, for editors and for people.</summary>
internal static class DescribeCommands
{
    public static Command BuildSchema() => Build("schema", "Prints the JSON Schema of the configuration file.", SchemaDocument.Write);

    public static Command BuildReference() =>
        Build("reference", "Prints all that can be configured, in Markdown.", ReferenceDocument.Write);

    private static Command Build(string name, string description, Func<string> write)
    {
        var command = new Command(name, description);
        command.SetAction(async (_, _) =>
        {
            await Console.Out.WriteAsync(write()).ConfigureAwait(false);
            return 0;
        });
        return command;
    }
}
