using Broker.Configuration.Keys;

namespace Broker.Configuration.Sections;

/// <summary>What is logged, and how.</summary>
internal sealed record LogSection
{
    /// <summary>The least level.</summary>
    [Key(
        "The least level that is logged. What the server beneath the router logs starts at warning; a trace that an operator has started is "
        + "logged whatever this says.")]
    public LogLevel Level { get; init; } = LogLevel.Information;

    /// <summary>How entries look.</summary>
    [Key(
        "How entries look: lines for people (console), one JSON object a line (json), or what fits: console in a terminal, json otherwise "
        + "(auto).",
        NeedsRestart = true)]
    public LogFormat Format { get; init; }

    /// <summary>Levels of categories.</summary>
    [Key(
        "Levels of single categories, by the beginning of their names, which overrule the level above.",
        Names = "CATEGORY",
        Example = """{ "Broker.Router": "debug" }""")]
    public IReadOnlyDictionary<string, LogLevel> Levels { get; init; } = new Dictionary<string, LogLevel>();
}

/// <summary>How entries of the log look.</summary>
internal enum LogFormat
{
    /// <summary>As in a terminal, if it is one; else as for a program.</summary>
    Auto,

    /// <summary>Lines for people.</summary>
    Console,

    /// <summary>One JSON object a line.</summary>
    Json,
}
