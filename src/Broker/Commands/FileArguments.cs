using System.CommandLine;

namespace Broker.Commands;

/// <summary>Arguments that name files.</summary>
internal static class FileArguments
{
    /// <summary>Takes what looks like an option for one that there is not, and not for the name of a file.</summary>
    public static Argument<T> WithoutOptions<T>(this Argument<T> file)
    {
        file.Validators.Add(result =>
        {
            if (result.Tokens.Select(token => token.Value).FirstOrDefault(name => name.StartsWith('-')) is { } name)
            {
                result.AddError($"There is no option '{name}' here; a file of that name is './{name}'.");
            }
        });
        return file;
    }
}
