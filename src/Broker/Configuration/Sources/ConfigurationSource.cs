using System.Collections;
using Broker.Configuration.Checks;
using Broker.Configuration.Documents;
using Broker.Configuration.Keys;
using Broker.Configuration.Sections;
using Broker.Hosting;
using Broker.Ids;
using Broker.Realms;

namespace Broker.Configuration.Sources;

/// <summary>
/// Where a configuration is read from: a file, over it the environment, over that the command line. It can be read again and again.
/// </summary>
/// <param name="File">The file; null: there is none.</param>
/// <param name="Environment">The environment.</param>
/// <param name="Flags">The command line.</param>
internal sealed record ConfigurationSource(string? File, IReadOnlyDictionary<string, string> Environment, Flags Flags)
{
    /// <summary>The file that is taken when none is named, if it is there.</summary>
    public const string DefaultFile = "broker.json";

    /// <summary>Where the router listens without a configuration.</summary>
    public const string DefaultAddress = "127.0.0.1:8080";
    /// <summary>The realm without a configuration.</summary>
    public const string DefaultRealm = "realm1";

    /// <summary>The file of <c>--config</c>, or the usual one if it is there.</summary>
    public static ConfigurationSource Of(string? file, Flags flags) =>
        new(file ?? (System.IO.File.Exists(DefaultFile) ? DefaultFile : null), ProcessEnvironment(), flags);

    /// <summary>Reads everything, and finds all faults.</summary>
    public ConfigurationReading Read()
    {
        var faults = new List<Fault>();
        var references = new References(Environment, FolderOf(File));
        var root = ReadFile(faults);
        if (root is null)
        {
            return new ConfigurationReading(File, new BrokerConfiguration(), [], faults, [], references.Files);
        }

        AddDefaults(root);
        var overlay = new Overlay(root, faults);
        foreach (var value in Override.FromEnvironment(Environment))
        {
            overlay.Apply(value);
        }

        if (root.Members["listeners"].Kind == NodeKind.List && root.Members["realms"].Kind == NodeKind.List)
        {
            Flags.Apply(root, overlay, faults);
        }

        var configuration = (BrokerConfiguration)new Binder(references, faults).Section(SectionShape.Root, root, KeyPath.Root);
        new ConfigurationRules(configuration, Report, isOpsChosen: root.Members.GetValueOrDefault("ops")?.Members.ContainsKey("listen") == true).Check();
        if (faults.Count == 0)
        {
            TryAuthenticators(configuration, Report);
        }

        if (faults.Count == 0)
        {
            TryRealms(configuration, text => Report(KeyPath.Root["realms"], text));
        }

        var warnings = new List<Fault>();
        foreach (var (index, realm) in configuration.Realms.Index())
        {
            var path = KeyPath.Root["realms"][index];
            foreach (var (number, role) in (realm.Roles ?? []).Index())
            {
                new UndercutRules(Warn).Check(role, path["roles"][number]);
            }

            if (realm.Auth is { } auth)
            {
                new MethodsWithoutUsers(Warn).Check(auth, path["auth"]);
            }
        }

        if (faults.Count == 0)
        {
            new CallableAuthenticators(Warn).Check(configuration);
        }

        return new ConfigurationReading(
            File,
            configuration,
            EffectiveValues.Of(configuration, root),
            [.. faults.OrderBy(fault => fault.Origin.Line == 0 ? int.MaxValue : fault.Origin.Line)],
            warnings,
            references.Files);

        void Warn(KeyPath path, string text) => warnings.Add(new Fault(root.Nearest(path.Components).Origin, path, text));

        // What has a fault already, in itself or in a part, is not what was meant: rules say nothing more about it.
        void Report(KeyPath path, string text)
        {
            if (!faults.Exists(fault => fault.Path.IsWithin(path)))
            {
                faults.Add(new Fault(root.Nearest(path.Components).Origin, path, text));
            }
        }
    }

    /// <summary>What authenticates is made on trial, as the realms are: files are read, keys looked at.</summary>
    private static void TryAuthenticators(BrokerConfiguration configuration, Action<KeyPath, string> report)
    {
        foreach (var (index, realm) in configuration.Realms.Index())
        {
            if (realm.Auth is not { } auth)
            {
                continue;
            }

            var path = KeyPath.Root["realms"][index]["auth"];
            _ = new AuthMap(auth, OptionsMap.RoleNames(realm), (key, problem) => report(path[key], problem)) { IsTrial = true }.Build();
            if (auth.Tls is not null && configuration.Listeners.All(
                listener => listener.Tls is null or { ClientAuth: ClientCertificates.None }))
            {
                report(path["tls"], "no listener asks clients for a certificate: set tls.client_auth of one to optional or required.");
            }
        }
    }

    /// <summary>The last word is that of the realms themselves: a router is made of them, and thrown away.</summary>
    private static void TryRealms(BrokerConfiguration configuration, Action<string> report)
    {
        var options = new WampRouterOptions();
        OptionsMap.ApplyRealms(configuration, options);
        try
        {
            _ = new Router(options.Realms, RandomIds.Shared);
        }
        catch (ArgumentException exception)
        {
            report(exception.Message);
        }
    }

    private static Dictionary<string, string> ProcessEnvironment() =>
        System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");

    private static string FolderOf(string? file) => Path.GetDirectoryName(Path.GetFullPath(file ?? DefaultFile))!;

    private ConfigurationNode? ReadFile(List<Fault> faults)
    {
        if (File is null)
        {
            return new ConfigurationNode(NodeKind.Section, Origin.Default);
        }

        try
        {
            var root = JsonFile.Read(System.IO.File.ReadAllBytes(File), File, hasLines: true, faults);
            if (root is null or { Kind: NodeKind.Section })
            {
                return root;
            }

            faults.Add(new Fault(root.Origin, KeyPath.Root, "This must be a section: { ... }."));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var reason = exception is FileNotFoundException or DirectoryNotFoundException ? "the file does not exist." : exception.Message;
            faults.Add(new Fault(new Origin(File), KeyPath.Root, reason));
        }

        return null;
    }

    /// <summary>The parts that a default consists of can be overridden one by one, as those of the file.</summary>
    private static void AddDefaults(ConfigurationNode root)
    {
        root.Members.TryAdd("listeners", Default("listen", DefaultAddress));
        root.Members.TryAdd("realms", Default("name", DefaultRealm));
    }

    private static ConfigurationNode Default(string key, string value)
    {
        var section = new ConfigurationNode(NodeKind.Section, Origin.Default);
        section.Members[key] = new ConfigurationNode(NodeKind.Text, Origin.Default, value);
        var list = new ConfigurationNode(NodeKind.List, Origin.Default);
        list.Items.Add(section);
        return list;
    }
}
