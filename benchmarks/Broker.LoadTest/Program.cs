using System.CommandLine;
using Broker.LoadTest.Commands;

// Continuations run on the threads that wait for the sockets: nothing here blocks, and every hop saved is load that the router does not have to
// share its processor with. The runtime reads this before the first socket is made, and offers no other way to say it.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

var parsed = LoadCommand.Build().Parse(args);
if (parsed.Errors.Count == 0 || parsed.Action is System.CommandLine.Help.HelpAction)
{
    // Ctrl+C ends the measuring; what is on its way may still arrive, and the summary follows.
    return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });
}

await Console.Error.WriteLineAsync(parsed.Errors[0].Message);
return LoadCommand.CannotRun;
