using Broker.Configuration.Keys;

namespace Broker.Configuration.Sources;

/// <summary>What the command line says about the configuration.</summary>
internal sealed record Flags
{
    private static readonly string[] LocalOrigins =
    [
        "http://localhost:*",
        "https://localhost:*",
        "http://127.0.0.1:*",
        "https://127.0.0.1:*",
        "http://[::1]:*",
        "https://[::1]:*",
    ];

    /// <summary><c>--listen</c>: the addresses of the listeners, in their order.</summary>
    public IReadOnlyList<string> Listen { get; init; } = [];

    /// <summary><c>--realm</c>: realms, where nothing else configures any.</summary>
    public IReadOnlyList<string> Realms { get; init; } = [];

    /// <summary><c>--path</c>: the path of all listeners.</summary>
    public string? Path { get; init; }

    /// <summary><c>--allow-anonymous</c>.</summary>
    public bool AllowAnonymous { get; init; }

    /// <summary><c>--allow-origin</c>: origins at all listeners, in place of those that the file lists.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary><c>--log-level</c>.</summary>
    public string? LogLevel { get; init; }

    /// <summary><c>--set</c>: <c>KEY=VALUE</c> for any key.</summary>
    public IReadOnlyList<string> Sets { get; init; } = [];

    /// <summary><c>--dev</c>: everybody may join, pages of this machine may connect, the log is for people.</summary>
    public bool IsDevelopment { get; init; }

    /// <summary>Puts all of it over the file and the environment.</summary>
    public void Apply(ConfigurationNode root, Overlay overlay, List<Fault> faults)
    {
        var listeners = root.Members["listeners"];
        for (var i = 0; i < Listen.Count; i++)
        {
            overlay.Apply(new Override(Key("listeners")[i]["listen"], Listen[i], new Origin("--listen")));
        }

        if (Listen.Count > 0 && listeners.Items.Count > Listen.Count)
        {
            listeners.Items.RemoveRange(Listen.Count, listeners.Items.Count - Listen.Count);
        }

        NameRealms(root, faults);
        foreach (var (index, listener) in listeners.Items.Index())
        {
            if (Path is not null)
            {
                overlay.Apply(new Override(Key("listeners")[index]["path"], Path, new Origin("--path")));
            }

            if (Origins.Count > 0 && listener.Kind == NodeKind.Section)
            {
                listener.Members["origins"] = List(Origins, new Origin("--allow-origin"));
            }

            if (IsDevelopment && listener.Kind == NodeKind.Section)
            {
                var origins = List(LocalOrigins, new Origin("--dev"));
                origins.Items.InsertRange(0, listener.Members.GetValueOrDefault("origins")?.Items ?? []);
                listener.Members["origins"] = origins;
            }
        }

        foreach (var value in Single())
        {
            overlay.Apply(value);
        }

        foreach (var text in Sets)
        {
            Set(text, overlay, faults);
        }
    }

    private static KeyPath Key(params IEnumerable<string> components) => KeyPath.Of(components);

    private static ConfigurationNode List(IEnumerable<string> texts, Origin origin)
    {
        var list = new ConfigurationNode(NodeKind.List, origin);
        list.Items.AddRange(texts.Select(text => new ConfigurationNode(NodeKind.Bare, origin, text)));
        return list;
    }

    private static void Set(string text, Overlay overlay, List<Fault> faults)
    {
        var origin = new Origin("--set");
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            faults.Add(new Fault(origin, KeyPath.Root, $"'{text}' has no value: write KEY=VALUE, such as limits.message_size=4MiB."));
        }
        else if (KeyPath.TryParse(text[..equals]) is { } path)
        {
            overlay.Apply(new Override(path, text[(equals + 1)..], origin));
        }
        else
        {
            faults.Add(new Fault(
                origin, KeyPath.Root, $"'{text[..equals]}' is no key: write names with dots between them, such as limits.message_size."));
        }
    }

    private IEnumerable<Override> Single()
    {
        if (IsDevelopment)
        {
            yield return new Override(Key("allow_anonymous"), "true", new Origin("--dev"));
            yield return new Override(Key("log", "format"), "console", new Origin("--dev"));
        }

        if (AllowAnonymous)
        {
            yield return new Override(Key("allow_anonymous"), "true", new Origin("--allow-anonymous"));
        }

        if (LogLevel is not null)
        {
            yield return new Override(Key("log", "level"), LogLevel, new Origin("--log-level"));
        }
    }

    /// <summary>A realm named here has no rules, so that it must not take the place of one that has.</summary>
    private void NameRealms(ConfigurationNode root, List<Fault> faults)
    {
        var configured = root.Members["realms"].Origin;
        if (Realms.Count == 0)
        {
            return;
        }

        var origin = new Origin("--realm");
        if (configured != Origin.Default)
        {
            faults.Add(new Fault(
                origin,
                KeyPath.Root,
                $"The realms are configured already ({configured}): change them there, or by --set realms.0.name=URI."));
            return;
        }

        var realms = new ConfigurationNode(NodeKind.List, origin);
        foreach (var name in Realms)
        {
            var realm = new ConfigurationNode(NodeKind.Section, origin);
            realm.Members["name"] = new ConfigurationNode(NodeKind.Bare, origin, name);
            realms.Items.Add(realm);
        }

        root.Members["realms"] = realms;
    }
}
