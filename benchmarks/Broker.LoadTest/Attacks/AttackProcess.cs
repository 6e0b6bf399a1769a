using System.Diagnostics;
using System.Text.Json;

namespace Broker.LoadTest.Attacks;

/// <summary>
/// An attack in a process of its own: what it costs the attackers must not be counted as latency of those who are measured. It ends when its
/// standard input does, and so with this process, too.
/// </summary>
internal sealed class AttackProcess : IDisposable
{
    /// <summary>What it prints once the attack has begun.</summary>
    public const string Begun = "begun";

    private static readonly TimeSpan s_beginLimit = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly Task<string?> _firstLine;

    private AttackProcess(Process process)
    {
        _process = process;
        _firstLine = process.StandardOutput.ReadLineAsync(CancellationToken.None).AsTask();
    }

    /// <param name="kind">What it does.</param>
    /// <param name="url">Where the router is.</param>
    /// <param name="realm">Whose realm.</param>
    public static AttackProcess Start(AttackKind kind, string url, string realm)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        }

        foreach (var argument in (string[])["intrude", AttackNames.NameOf(kind), "--url", url, "--realm", realm])
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start) ?? throw new Fault("The attack cannot be started.");
        process.PriorityClass = ProcessPriorityClass.BelowNormal; // where both share a processor, the measured pair goes first
        return new AttackProcess(process);
    }

    /// <summary>Waits until the attack has begun or failed, though not for ever: what came of it, its outcome tells.</summary>
    public async Task WaitForBeginAsync(CancellationToken cancellation)
    {
        try
        {
            await _firstLine.WaitAsync(s_beginLimit, TimeProvider.System, cancellation);
        }
        catch (TimeoutException)
        {
        }
    }

    /// <summary>Ends the attack and gives what it has done.</summary>
    public async Task<AttackOutcome> EndAsync()
    {
        _process.StandardInput.Close();
        var line = await _firstLine;
        if (line == Begun)
        {
            line = await _process.StandardOutput.ReadLineAsync(CancellationToken.None);
        }

        await _process.WaitForExitAsync(CancellationToken.None);
        return line is null
            ? throw new Fault("The attack ended without a word.")
            : JsonSerializer.Deserialize(line, AttackJson.Default.AttackOutcome)!;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
