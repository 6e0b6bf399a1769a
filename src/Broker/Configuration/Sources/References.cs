using System.Text;

namespace Broker.Configuration.Sources;

/// <summary>
/// Fills in <c>${env:NAME}</c>, the value of an environment variable, and <c>${file:PATH}</c>, the content of a file without the line break
/// at its end. <c>$${</c> stands for <c>${</c> itself.
/// </summary>
/// <param name="environment">The environment.</param>
/// <param name="folder">What paths that are not absolute start from.</param>
internal sealed class References(IReadOnlyDictionary<string, string> environment, string folder)
{
    private const string Start = "${";
    private const string Env = "env:";
    private const string File = "file:";

    /// <summary>Far more than any secret or certificate takes.</summary>
    private const int MostCharacters = 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SortedSet<string> _files = new(StringComparer.Ordinal);

    /// <summary>The files that were asked for, whether they are there or not.</summary>
    public IReadOnlySet<string> Files => _files;

    /// <summary>Reads a file that a value names by its path.</summary>
    /// <param name="path">The path; one that is not absolute starts at the working directory.</param>
    /// <param name="fault">Why there is no content; null for nothing.</param>
    public string Content(string path, out string? fault) => Content(path, Directory.GetCurrentDirectory(), out fault);

    /// <summary>Notes a file that something else reads, so that its coming and going is noticed.</summary>
    public void Note(string path) => Locate(path, Directory.GetCurrentDirectory());

    /// <summary>Whether something is to be filled in.</summary>
    public static bool Holds(string text)
    {
        for (var at = text.IndexOf(Start, StringComparison.Ordinal); at >= 0; at = text.IndexOf(Start, at + 1, StringComparison.Ordinal))
        {
            if (at == 0 || text[at - 1] != '$')
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Fills in what is to be filled in.</summary>
    /// <param name="text">The text as written.</param>
    /// <param name="fault">What is missing; null for nothing.</param>
    public string Resolve(string text, out string? fault)
    {
        fault = null;
        var result = new StringBuilder();
        var rest = text.AsSpan();
        while (true)
        {
            var at = rest.IndexOf(Start, StringComparison.Ordinal);
            if (at < 0)
            {
                return result.Append(rest).ToString();
            }

            if (at > 0 && rest[at - 1] == '$')
            {
                result.Append(rest[..(at - 1)]).Append(Start);
                rest = rest[(at + Start.Length)..];
                continue;
            }

            var end = rest[at..].IndexOf('}');
            if (end < 0)
            {
                fault = "a ${ has no } behind it; for the characters themselves write $${.";
                return "";
            }

            var value = Find(rest[(at + Start.Length)..(at + end)].ToString(), out fault);
            if (fault is not null)
            {
                return "";
            }

            result.Append(rest[..at]).Append(value);
            rest = rest[(at + end + 1)..];
        }
    }

    private string Find(string reference, out string? fault)
    {
        fault = null;
        if (reference.StartsWith(Env, StringComparison.Ordinal))
        {
            var name = reference[Env.Length..];
            fault = environment.ContainsKey(name) ? null : $"the environment variable {name} is not set.";
            return environment.GetValueOrDefault(name, "");
        }

        if (!reference.StartsWith(File, StringComparison.Ordinal))
        {
            fault = $"${{{reference}}} is unknown: write ${{env:NAME}} or ${{file:PATH}}, or $${{ for the characters themselves.";
            return "";
        }

        var text = Content(reference[File.Length..], folder, out fault);
        return text.EndsWith('\n') ? text[..^(text.EndsWith("\r\n", StringComparison.Ordinal) ? 2 : 1)] : text;
    }

    private string? Locate(string name, string from)
    {
        if (name.Length == 0 || name.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        var path = Path.GetFullPath(name, from);
        _files.Add(path);
        return path;
    }

    // What is no file, such as a pipe or a device, may have no content for long, or no end.
    private static string Read(string path, out string? fault)
    {
        var reading = Task.Factory.StartNew(
            () =>
            {
                using var reader = new StreamReader(path);
                var text = new StringBuilder();
                var part = new char[4096];
                for (var read = reader.Read(part); read > 0 && text.Length <= MostCharacters; read = reader.Read(part))
                {
                    text.Append(part, 0, read);
                }

                return text.ToString();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        if (Task.WaitAny([reading], Patience) < 0)
        {
            fault = $"the file {path} has not come to its end within {Patience.TotalSeconds} s: write its text into a file.";
            return "";
        }

        var content = reading.GetAwaiter().GetResult();
        fault = content.Length > MostCharacters ? $"the file {path} is longer than {MostCharacters} characters." : null;
        return fault is null ? content : "";
    }

    private string Content(string name, string from, out string? fault)
    {
        fault = null;
        if (Locate(name, from) is not { } path)
        {
            fault = "the name of a file is missing, or has a character that no name can have.";
            return "";
        }

        try
        {
            return Read(path, out fault);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            fault = exception is FileNotFoundException or DirectoryNotFoundException
                ? $"the file {path} does not exist."
                : $"the file {path} cannot be read: {exception.Message}";
            return "";
        }
    }
}
