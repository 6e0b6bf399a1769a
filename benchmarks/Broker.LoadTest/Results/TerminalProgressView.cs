using System.Globalization;
using Spectre.Console;

namespace Broker.LoadTest.Results;

/// <summary>A table that is drawn anew with each progress, in a terminal.</summary>
internal sealed class TerminalProgressView(LiveDisplayContext live) : IProgressView
{
    public void Say(string sentence) => Draw(new Markup(Markup.Escape(sentence)));

    public void Show(Progress progress)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumn(progress.Phase)
            .AddColumn(new TableColumn($"{progress.Unit}/s").RightAligned())
            .AddColumn(new TableColumn(progress.Unit).RightAligned())
            .AddColumn(new TableColumn("p50").RightAligned())
            .AddColumn(new TableColumn("p99").RightAligned())
            .AddColumn(new TableColumn("errors").RightAligned());
        table.AddRow(
            string.Create(CultureInfo.InvariantCulture, $"{progress.Elapsed.TotalSeconds:0} s"),
            progress.Rate.ToString("N0", CultureInfo.InvariantCulture),
            progress.Count.ToString("N0", CultureInfo.InvariantCulture),
            Format.Time(progress.P50),
            Format.Time(progress.P99),
            progress.Errors.ToString("N0", CultureInfo.InvariantCulture));
        Draw(table);
    }

    private void Draw(Spectre.Console.Rendering.IRenderable content)
    {
        live.UpdateTarget(content);
        live.Refresh();
    }
}
