using System.CommandLine;
using System.CommandLine.Help;
using Broker.Commands;

var parsed = RunCommand.Build().Parse(args);
if (parsed.Errors.Count == 0 || parsed.Action is HelpAction)
{
    // The host answers SIGTERM, and takes the time that draining needs.
    return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }).ConfigureAwait(false);
}

foreach (var error in parsed.Errors)
{
    await Console.Error.WriteLineAsync(error.Message.ReplaceLineEndings(" ").TrimEnd()).ConfigureAwait(false);
}

return RunCommand.UsageFault;
