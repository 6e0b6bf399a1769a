using Broker.Configuration.Sources;

namespace Broker;

/// <summary>A configuration file in a folder of its own, which is gone afterwards.</summary>
internal sealed class WrittenFile : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("broker-").FullName;

    public WrittenFile(string json) => Write(json);

    /// <summary>The file.</summary>
    public string Name => Path.Combine(_folder, "broker.json");

    /// <summary>Reads a configuration of this text, without environment and flags.</summary>
    public static ConfigurationReading Read(string json, Flags? flags = null, params (string Name, string Value)[] environment)
    {
        using var file = new WrittenFile(json);
        return file.Read(flags, environment);
    }

    /// <summary>The faults of a configuration of this text, without the name of the file.</summary>
    public static IReadOnlyList<string> FaultsOf(string json, Flags? flags = null, params (string Name, string Value)[] environment)
    {
        using var file = new WrittenFile(json);
        return [.. file.Read(flags, environment).Faults.Select(fault => fault.ToString().Replace(file.Name, "", StringComparison.Ordinal))];
    }

    /// <summary>Another file in the folder.</summary>
    public string Beside(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    /// <summary>Writes it anew.</summary>
    public void Write(string json) => File.WriteAllText(Name, json);

    /// <summary>Where a configuration is read from.</summary>
    public ConfigurationSource Source(Flags? flags = null, params (string Name, string Value)[] environment) =>
        new(Name, environment.ToDictionary(variable => variable.Name, variable => variable.Value), flags ?? new Flags());

    /// <summary>Reads it.</summary>
    public ConfigurationReading Read(Flags? flags = null, params (string Name, string Value)[] environment) => Source(flags, environment).Read();

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
