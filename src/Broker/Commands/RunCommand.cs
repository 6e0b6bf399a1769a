using System.CommandLine;
using System.Runtime.InteropServices;
using Broker.Configuration.Sources;

namespace Broker.Commands;

/// <summary>The command line: without a verb it runs the router.</summary>
internal static class RunCommand
{
    /// <summary>The exit code for a command line or a configuration that cannot be understood.</summary>
    public const int UsageFault = 2;

    /// <summary>The commands and their flags.</summary>
    public static RootCommand Build()
    {
        var flags = new ConfigurationFlags();
        var root = new RootCommand("Broker, a WAMP v2 router.");
        flags.AddTo(root);
        root.SetAction((parsed, cancellation) => RunAsync(flags.Source(parsed), cancellation));
        root.Subcommands.Add(CheckCommand.Build(flags));
        root.Subcommands.Add(PrintEffectiveCommand.Build(flags));
        root.Subcommands.Add(InitCommand.Build());
        root.Subcommands.Add(ImportCrossbarCommand.Build());
        root.Subcommands.Add(HashSecretCommand.Build());
        root.Subcommands.Add(NewKeyCommand.Build());
        root.Subcommands.Add(DescribeCommands.BuildSchema());
        root.Subcommands.Add(DescribeCommands.BuildReference());
        root.Subcommands.Add(ProbeCommand.Build());
        return root;
    }

    /// <summary>Prints all faults, each on one line.</summary>
    public static async Task<int> ReportAsync(IEnumerable<Fault> faults)
    {
        foreach (var fault in faults)
        {
            await Console.Error.WriteLineAsync(fault.ToString()).ConfigureAwait(false);
        }

        return UsageFault;
    }

    private static async Task<int> RunAsync(ConfigurationSource source, CancellationToken cancellation)
    {
        // From the start: SIGHUP would end the process. A configuration that changes while this one is being read is not lost, for the files are looked at once more.
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true);
        var reading = source.Read();
        return reading.IsValid
            ? await new RouterHost(source, reading).RunAsync(cancellation).ConfigureAwait(false)
            : await ReportAsync(reading.Faults).ConfigureAwait(false);
    }
}
