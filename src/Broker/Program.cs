using Broker.Commands;

var parsed = RunCommand.Build().Parse(args);
if (parsed.Errors.Count == 0 || parsed.Action is System.CommandLine.Help.HelpAction)
{
    return await parsed.InvokeAsync().ConfigureAwait(false);
}

foreach (var error in parsed.Errors)
{
    await Console.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
}

return RunCommand.UsageFault;
