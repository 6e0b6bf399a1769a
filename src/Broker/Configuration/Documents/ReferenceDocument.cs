using System.Text;
using Broker.Configuration.Checks;
using Broker.Configuration.Keys;
using Broker.Configuration.Sources;

namespace Broker.Configuration.Documents;

/// <summary>The page docs/configuration.md: how configuration works, and every key.</summary>
internal static class ReferenceDocument
{
    private const string Introduction = """
        # Configuration

        This page is printed by `Broker.dll reference`; a test compares. The program needs no configuration: without any it listens on
        127.0.0.1:8080 with the realm `realm1`, for this machine only.

        ## The file

        `Broker.dll init` writes `broker.json` to start with: the keys, but those of what is off by default, with meaning and default; and
        `broker.schema.json` for editors, which then complete and check. The router takes the file that `--config FILE` names, otherwise `broker.json`
        in the working directory if it is there. It is JSON; comments and commas behind the last item are fine.

        | command | what it does |
        |---|---|
        | `check [FILE]` | finds all faults of the configuration; ends with 0 when there are none, otherwise with 2; warns of what may not be meant |
        | `print-effective` | prints every value and where it comes from; secrets show as `***` |
        | `init [FILE]` | writes a starting file; never overwrites one |
        | `import-crossbar FILE` | converts a `config.json` of Crossbar.io, and lists what differs |
        | `hash-secret --method METHOD` | reads a secret from standard input, and prints what the file has instead; ticket, wampcra, scram; with `--memory KIB` by Argon2id, for scram |
        | `new-key FILE` | makes an Ed25519 key for cryptosign: the private key into the file, the public key printed |
        | `schema`, `reference` | print the JSON Schema, and this page |

        An unknown key, a wrong value, a missing secret: each is a fault with its file and line, all are listed, and the router does not
        start (exit code 2).

        ## Precedence

        Flags overrule the environment, which overrules the file, which overrules defaults.

        - *Environment*: `BROKER__` and the names of the keys with two underscores between them, numbers for the items of lists:
          `BROKER__LIMITS__MESSAGE_SIZE=4MiB`, `BROKER__LISTENERS__0__LISTEN=0.0.0.0:8080`. Lists, tables and sections as a whole are
          written in JSON: `BROKER__LISTENERS__0__ORIGINS=["https://app.example.com"]`. The name of an unknown key is a fault.
        - *Flags*: `--set limits.message_size=4MiB`, `--set realms.0.name=com.example.realm`, `--set 'log.levels."Broker.Router"=debug'`,
          for any key, several times. `--listen` gives addresses to the listeners in their order; further ones of the file and the environment are left
          out. `--path` and `--allow-origin` are for all listeners, `--log-level` is `log.level`, `--allow-anonymous` is `allow_anonymous`. `--realm`
          names realms where neither the file nor the environment does. Other users of the machine can see flags: no secrets there.
        - `--dev` is for trying things out: everybody may join (`allow_anonymous`), web pages of this machine may connect to every listener,
          the log is for people. It is a flag only, so that no file and no environment brings it into production by accident.

        ## Values

        Durations have a unit, `250ms`, `20s`, `5m`, `1h`, `30d`; so have sizes, `512B`, `64KiB`, `4MiB`, `1GiB`. `null` means none. In any
        value, `${env:NAME}` is the environment variable `NAME` and `${file:PATH}` the content of a file without the line break at its end
        (a relative path starts at the folder of the configuration file); `$${` stands for the characters `${`. Secrets belong there, and
        not into the file.

        ## Reloading

        The router reads the file again when it, or a file that `${file:...}` or a key of `jwt` names, has changed and kept still for a
        second, and on SIGHUP; a rejected configuration also when a file that it lacked is there.
        It looks at contents, so that editors that replace files and Kubernetes' symbolic links work. A new configuration is taken as a
        whole, or, if it has a fault or asks for what needs a restart, not at all; the log says which (events 101 and 102), and
        `broker.config.reloads` counts. Keys that need a restart are marked below. Sessions whose realm, role, user, secret, key or
        method of authentication is none any more end by GOODBYE; what the rules of a role deny from now on is revoked (what only its authorizer could say is kept); all else goes on.

        """;

    /// <summary>The text of the page.</summary>
    public static string Write()
    {
        var page = new StringBuilder(Introduction);
        Section(page, SectionShape.Root, KeyPath.Root, "All keys", null);
        return page.ToString();
    }

    private static void Section(StringBuilder page, SectionShape section, KeyPath path, string title, string? description)
    {
        page.Append($"\n## {title}\n\n");
        if (description is not null)
        {
            page.Append($"{description}\n\n");
        }

        page.Append("| key | value | default | meaning |\n|---|---|---|---|\n");
        foreach (var key in section.Keys)
        {
            var at = path[key.Name];
            page.Append($"| `{key.Name}` | {Type(key, at)} | {Default(key, at)} | {Meaning(key)} |\n");
        }

        foreach (var key in section.Keys)
        {
            if (Inner(key.Shape, path[key.Name]) is var (inner, below))
            {
                Section(page, inner, below, $"`{below}`", key.Attribute.Description);
            }
        }
    }

    /// <summary>
    /// The section that a key's value is made of, in a list or not, and its path with <c>N</c> for a number and the name of names.
    /// </summary>
    private static (SectionShape Section, KeyPath Path)? Inner(Shape shape, KeyPath path) => shape switch
    {
        SectionShape section => (section, path),
        ListShape list => Inner(list.Item, path["N"]),
        TableShape table => Inner(table.Item, path[table.Names]),
        _ => null,
    };

    private static string Type(ConfigurationKey key, KeyPath path) => key.Shape switch
    {
        SectionShape => $"section [below](#{Anchor(path)})",
        ListShape { Item: ScalarShape scalar } => $"list of {Name(scalar)}",
        ListShape => $"list of sections [below](#{Anchor(path["N"])})",
        TableShape { Item: ScalarShape scalar } table => $"table of {table.Names} and {Name(scalar)}",
        TableShape table => $"table of {table.Names} and section [below](#{Anchor(path[table.Names])})",
        ScalarShape scalar => Name(scalar),
        _ => throw new InvalidOperationException($"{key.Shape} is no shape."),
    };

    private static string Anchor(KeyPath path) => path.ToString().Replace(".", "", StringComparison.Ordinal).ToLowerInvariant();

    private static string Name(ScalarShape scalar) =>
        scalar.Scalar.Schema["enum"] is { } choices
            ? string.Join(", ", choices.AsArray().Select(choice => $"`{choice}`"))
            : scalar.Scalar.Name;

    private static string Default(ConfigurationKey key, KeyPath path)
    {
        if (key.IsRequired)
        {
            return "required";
        }

        return key.Shape is SectionShape && key.Default is not null
            ? ""
            : path.ToString() switch
            {
                "listeners" => $"one, `{ConfigurationSource.DefaultAddress}`",
                "realms" => $"one, `{ConfigurationSource.DefaultRealm}`",
                _ => $"`{JsonValues.Text(key.Shape, key.Default)}`",
            };
    }

    private static string Meaning(ConfigurationKey key)
    {
        var meaning = new StringBuilder(key.Attribute.Description);
        meaning.Append(key.Attribute switch
        {
            { Min: { } min, Max: { } max } => $" `{min}` to `{max}`.",
            { Min: { } min } when min != "0" => $" At least `{min}`.",
            { Max: { } max } => $" At most `{max}`.",
            _ => "",
        });
        meaning.Append(key.Attribute.NeedsRestart ? " *Needs a restart.*" : "");
        return meaning.Replace("|", "\\|").ToString();
    }
}
