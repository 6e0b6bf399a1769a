using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace Broker.Shake;

/// <summary>Writes calls of <see cref="Pause.Perhaps"/> into an assembly: where methods begin, and behind the calls by which threads meet.</summary>
internal static class PauseWriter
{
    private static readonly string[] Meetings = ["Threading", "Pipe", "Dictionary", "Socket"];

    /// <summary>Rewrites an assembly and its symbols in place.</summary>
    /// <returns>In how many places it may pause now.</returns>
    public static int Rewrite(string path)
    {
        using var references = new DefaultAssemblyResolver();
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        references.AddSearchDirectory(Path.GetDirectoryName(path));
        references.AddSearchDirectory(runtime);
        references.AddSearchDirectory(runtime.Replace("Microsoft.NETCore.App", "Microsoft.AspNetCore.App", StringComparison.Ordinal));
        using var module = ModuleDefinition.ReadModule(path, new ReaderParameters { ReadSymbols = true, ReadWrite = true, AssemblyResolver = references });
        var pause = module.ImportReference(typeof(Pause).GetMethod(nameof(Pause.Perhaps)));
        var count = module.GetTypes()
            .SelectMany(type => type.Methods)
            .Where(method => method is { HasBody: true } and not { IsConstructor: true, IsStatic: true })
            .Sum(method => Rewrite(method.Body, pause));
        module.Write(new WriterParameters { WriteSymbols = true });
        return count;
    }

    private static int Rewrite(MethodBody body, MethodReference pause)
    {
        body.SimplifyMacros(); // jumps grow
        var code = body.GetILProcessor();
        Instruction[] meetings = [.. body.Instructions.Where(IsMeeting)];
        foreach (var meeting in meetings)
        {
            code.InsertAfter(meeting, code.Create(OpCodes.Call, pause));
        }

        code.InsertBefore(body.Instructions[0], code.Create(OpCodes.Call, pause));
        body.OptimizeMacros();
        return meetings.Length + 1;
    }

    /// <summary>Whether another thread may see that the call was made: it is of this repository, or of what threads share.</summary>
    private static bool IsMeeting(Instruction instruction) =>
        instruction.OpCode.Code is Code.Call or Code.Callvirt
        && instruction.Previous?.OpCode.Code != Code.Tail
        && instruction.Operand is MethodReference { DeclaringType.FullName: var type, Name: var name }
        && !name.StartsWith("get_", StringComparison.Ordinal)
        && (type.StartsWith("Broker.", StringComparison.Ordinal) || Array.Exists(Meetings, meeting => type.Contains(meeting, StringComparison.Ordinal)));
}
