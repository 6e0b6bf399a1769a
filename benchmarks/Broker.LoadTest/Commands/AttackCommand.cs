using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Broker.LoadTest.Attacks;
using Broker.LoadTest.Connections;
using Broker.LoadTest.Results;
using Spectre.Console;

namespace Broker.LoadTest.Commands;

/// <summary>attack: how a pair of sessions that behave fares while others attack the router.</summary>
internal static class AttackCommand
{
    /// <summary>Calls per second of the measured pair: far below what a router does, so that their latency is that of the attack.</summary>
    private const double Rate = 500;

    private static readonly TimeSpan s_warmup = TimeSpan.FromSeconds(2);

    /// <summary>The command for users.</summary>
    public static Command Build(Option<string> url, Option<string> realm, Option<string> duration, Option<bool> json)
    {
        var names = new Argument<string[]>("attack")
        {
            Description = $"Which attacks, one after the other; all if none is named: {string.Join(", ", AttackNames.All.Select(AttackNames.NameOf))}.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command(
            "attack", "Attacks the router, from a process of its own, while a caller and a callee that behave measure round trips. Only ever at a router that is yours.")
        {
            names, url, realm, duration, json,
        };
        command.SetAction((parsed, cancellation) => LoadCommand.GuardAsync(async () =>
        {
            var kinds = parsed.GetValue(names) is { Length: > 0 } named ? [.. named.Select(AttackNames.Parse)] : AttackNames.All;
            var settings = new LoadSettings(
                ScenarioKind.Rpc, AddressOf(parsed.GetValue(url)!), parsed.GetValue(realm)!, Serialization.SerializerKind.Json, Publishers: 1, Subscribers: 1,
                Window: 256, Size: 128, LoadOptions.ReadDuration(duration, parsed), s_warmup, Rate);
            return await RunAsync(kinds, settings, parsed.GetValue(json), cancellation);
        }));
        return command;
    }

    /// <summary>The command of the attacking process, which ends with its standard input.</summary>
    public static Command BuildIntruder(Option<string> url, Option<string> realm)
    {
        var name = new Argument<string>("attack");
        var command = new Command("intrude", "Attacks until standard input ends.") { name, url, realm };
        command.Hidden = true;
        command.SetAction((parsed, _) => LoadCommand.GuardAsync(async () =>
        {
            var attack = new Attack(AttackNames.Parse(parsed.GetValue(name)!), AddressOf(parsed.GetValue(url)!), parsed.GetValue(realm)!);
            using var stop = new CancellationTokenSource();
            var running = attack.RunAsync(stop.Token);
            var saying = SayWhenBegunAsync(Task.WhenAny(attack.Begun, running));
            await Console.In.ReadToEndAsync(CancellationToken.None);
            Console.WriteLine(JsonSerializer.Serialize(new AttackOutcome(attack.Done, attack.FirstFault), AttackJson.Default.AttackOutcome));
            await stop.CancelAsync();
            await running;
            await saying;
            return LoadCommand.Clean;
        }));
        return command;
    }

    private static async Task SayWhenBegunAsync(Task begun)
    {
        await begun;
        Console.WriteLine(AttackProcess.Begun);
    }

    private static async Task<int> RunAsync(IReadOnlyList<AttackKind> kinds, LoadSettings settings, bool json, CancellationToken cancellation)
    {
        var reports = new List<AttackReport>();
        foreach (var kind in kinds)
        {
            await Console.Error.WriteLineAsync($"{AttackNames.NameOf(kind)} at {settings.Address.Url}");
            var report = await RunAsync(kind, settings, cancellation);
            reports.Add(report);
            if (json)
            {
                Console.WriteLine(JsonSerializer.Serialize(report, AttackJson.Default.AttackReport));
            }
        }

        if (!json)
        {
            LoadCommand.CreateConsole().Write(TableOf(reports));
        }

        return reports.TrueForAll(report => report.IsClean) ? LoadCommand.Clean : LoadCommand.Unclean;
    }

    private static async Task<AttackReport> RunAsync(AttackKind kind, LoadSettings settings, CancellationToken cancellation)
    {
        using var attack = AttackProcess.Start(kind, settings.Address.Url, settings.Realm);
        await attack.WaitForBeginAsync(cancellation); // else the pair might be measured in peace
        var seen = await new LoadRun(settings, new PlainProgressView(Console.Error)).RunAsync(cancellation);
        var outcome = await attack.EndAsync();
        if (outcome.Done == 0 && kind != AttackKind.None)
        {
            throw new Fault($"The attack {AttackNames.NameOf(kind)} came to nothing: {outcome.FirstFault ?? "no connection did its part."}");
        }

        return new AttackReport
        {
            Attack = AttackNames.NameOf(kind),
            Url = settings.Address.Url,
            Done = outcome.Done,
            Count = seen.Count,
            P50 = seen.P50,
            P99 = seen.P99,
            Max = seen.Max,
            Lost = seen.Lost,
            Errors = seen.Errors,
            FirstError = seen.FirstError,
        };
    }

    private static Table TableOf(List<AttackReport> reports)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("attack");
        foreach (var column in (string[])["done", "round trips", "p50", "p99", "max", "lost", "errors"])
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var report in reports)
        {
            table.AddRow(
                report.Attack, Number(report.Done), Number(report.Count), Time(report.P50), Time(report.P99), Time(report.Max), Number(report.Lost), Number(report.Errors));
        }

        return table;

        static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

        static string Time(double microseconds) => Format.Time(TimeSpan.FromMicroseconds(microseconds));
    }

    private static RouterAddress AddressOf(string url) => RouterAddress.TryParse(url, out var address, out var fault) ? address : throw new Fault(fault);
}
