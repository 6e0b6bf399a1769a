using System.CommandLine;
using System.Text.Json;
using Broker.LoadTest.Results;
using Spectre.Console;

namespace Broker.LoadTest.Commands;

/// <summary>The command line of the tool.</summary>
internal static class LoadCommand
{
    /// <summary>The exit code when nothing was lost, out of order or refused.</summary>
    public const int Clean = 0;

    /// <summary>The exit code when something was.</summary>
    public const int Unclean = 1;

    /// <summary>The exit code when the run could not begin.</summary>
    public const int CannotRun = 2;

    public static RootCommand Build()
    {
        var options = new LoadOptions();
        var json = new Option<bool>("--json") { Description = "Print the result as one line of JSON to standard output, and progress to standard error." };
        var root = new RootCommand(
            "Puts load on a WAMP router and measures what it does. The exit code is 0 when nothing was lost, out of order or refused, 1 when something was, 2 when the run could not begin.");
        options.AddTo(root);
        root.Options.Add(json);
        root.Subcommands.Add(AttackCommand.Build(options.Url, options.Realm, options.Duration, json));
        root.Subcommands.Add(AttackCommand.BuildIntruder(options.Url, options.Realm));
        root.SetAction((parsed, cancellation) => RunAsync(options, parsed, parsed.GetValue(json), cancellation));
        return root;
    }

    /// <summary>Runs something, and makes one sentence and an exit code of what keeps it from running.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (Fault fault)
        {
            await Console.Error.WriteLineAsync(fault.Message);
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped before anything was measured.");
        }

        return CannotRun;
    }

    /// <summary>For logs and pipes: no colours, whatever the environment says.</summary>
    public static IAnsiConsole CreateConsole() => !Console.IsOutputRedirected ? AnsiConsole.Console : AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = AnsiSupport.No,
        ColorSystem = ColorSystemSupport.NoColors,
        Out = new AnsiConsoleOutput(Console.Out),
    });

    private static Task<int> RunAsync(LoadOptions options, ParseResult parsed, bool json, CancellationToken cancellation) => GuardAsync(async () =>
    {
        var settings = options.Read(parsed);
        var report = await RunAsync(settings, json, cancellation);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(report, LoadReportJson.Default.LoadReport));
        }
        else
        {
            Summary.Write(report, CreateConsole());
        }

        return report.IsClean ? Clean : Unclean;
    });

    private static Task<LoadReport> RunAsync(LoadSettings settings, bool json, CancellationToken cancellation)
    {
        if (json || Console.IsOutputRedirected)
        {
            return new LoadRun(settings, new PlainProgressView(json ? Console.Error : Console.Out)).RunAsync(cancellation);
        }

        return AnsiConsole.Live(new Text("")).AutoClear(true).StartAsync(
            live => new LoadRun(settings, new TerminalProgressView(live)).RunAsync(cancellation));
    }
}
