using System.Text;

namespace Broker.LoadTest.Attacks;

/// <summary>The attacks as the command line and the report name them: <c>ping-flood</c>.</summary>
internal static class AttackNames
{
    public static IReadOnlyList<AttackKind> All { get; } = Enum.GetValues<AttackKind>();

    public static string NameOf(AttackKind kind)
    {
        var name = new StringBuilder();
        foreach (var letter in kind.ToString())
        {
            name.Append(char.IsUpper(letter) && name.Length > 0 ? "-" : "").Append(char.ToLowerInvariant(letter));
        }

        return name.ToString();
    }

    /// <exception cref="Fault">There is no such attack.</exception>
    public static AttackKind Parse(string name)
    {
        foreach (var kind in All)
        {
            if (NameOf(kind) == name)
            {
                return kind;
            }
        }

        throw new Fault($"'{name}' is no attack: write {string.Join(", ", All.Select(NameOf))}.");
    }
}
