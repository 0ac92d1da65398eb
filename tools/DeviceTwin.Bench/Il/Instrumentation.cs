using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace DeviceTwin.Bench.Il;

/// <summary>
/// Makes a module count the IL instructions it executes: each basic block begins with adding its number of instructions to a static long of
/// its method.
/// A block ends at every branch, return and throw, where another one begins, and behind every call, so that what a callee throws leaves the
/// rest of the block uncounted. A fault of an instruction itself (an index out of range) counts its block to the end. Whatever the module
/// calls outside itself, array accesses and allocations are one instruction each.
/// </summary>
public static class Instrumentation
{
    /// <summary>Full name of the type that is added to the module. It has a public static field of type long for each method, named as that.</summary>
    public const string CounterType = "DeviceTwin.Counting.Counter";

    /// <summary>Adds the counters and instruments every method.</summary>
    public static void Instrument(ModuleDefinition module)
    {
        MethodDefinition[] methods = [.. module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody)];
        var counter = new TypeDefinition(
            "DeviceTwin.Counting",
            "Counter",
            TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed | TypeAttributes.BeforeFieldInit,
            module.TypeSystem.Object);
        module.Types.Add(counter);
        foreach (MethodDefinition method in methods)
        {
            string name = $"{method.DeclaringType.FullName}::{method.Name}({string.Join(',', method.Parameters.Select(parameter => parameter.ParameterType.Name))})";
            var executed = new FieldDefinition(name, FieldAttributes.Public | FieldAttributes.Static, module.TypeSystem.Int64);
            counter.Fields.Add(executed);
            Instrument(method.Body, executed);
        }
    }

    private static void Instrument(MethodBody body, FieldReference executed)
    {
        body.SimplifyMacros();
        Instruction[] original = [.. body.Instructions];
        HashSet<Instruction> leaders = Leaders(body);
        var begin = new Dictionary<Instruction, Instruction>();
        body.Instructions.Clear();
        for (int index = 0; index < original.Length; index++)
        {
            if (leaders.Contains(original[index]))
            {
                int length = 1;
                while (index + length < original.Length && !leaders.Contains(original[index + length]))
                {
                    length++;
                }

                var first = Instruction.Create(OpCodes.Ldsfld, executed);
                begin[original[index]] = first;
                body.Instructions.Add(first);
                body.Instructions.Add(Instruction.Create(OpCodes.Ldc_I8, (long)length));
                body.Instructions.Add(Instruction.Create(OpCodes.Add));
                body.Instructions.Add(Instruction.Create(OpCodes.Stsfld, executed));
            }

            body.Instructions.Add(original[index]);
        }

        Redirect(body, original, begin);
        body.OptimizeMacros();
    }

    private static HashSet<Instruction> Leaders(MethodBody body)
    {
        var leaders = new HashSet<Instruction> { body.Instructions[0] };
        foreach (Instruction instruction in body.Instructions)
        {
            switch (instruction.Operand)
            {
                case Instruction target:
                    leaders.Add(target);
                    break;
                case Instruction[] targets:
                    leaders.UnionWith(targets);
                    break;
            }

            if (instruction.Next is not null && EndsBlock(instruction.OpCode.FlowControl))
            {
                leaders.Add(instruction.Next);
            }
        }

        foreach (ExceptionHandler handler in body.ExceptionHandlers)
        {
            leaders.UnionWith(Bounds(handler).OfType<Instruction>());
        }

        return leaders;
    }

    private static bool EndsBlock(FlowControl flow) =>
        flow is FlowControl.Branch or FlowControl.Cond_Branch or FlowControl.Call or FlowControl.Return or FlowControl.Throw;

    private static IEnumerable<Instruction?> Bounds(ExceptionHandler handler) =>
        [handler.TryStart, handler.TryEnd, handler.FilterStart, handler.HandlerStart, handler.HandlerEnd];

    /// <summary>Whatever pointed at a block now points at its counting.</summary>
    private static void Redirect(MethodBody body, Instruction[] original, Dictionary<Instruction, Instruction> begin)
    {
        foreach (Instruction instruction in original)
        {
            instruction.Operand = instruction.Operand switch
            {
                Instruction target => begin[target],
                Instruction[] targets => Array.ConvertAll(targets, target => begin[target]),
                var other => other,
            };
        }

        foreach (ExceptionHandler handler in body.ExceptionHandlers)
        {
            handler.TryStart = Moved(handler.TryStart);
            handler.TryEnd = Moved(handler.TryEnd);
            handler.FilterStart = Moved(handler.FilterStart);
            handler.HandlerStart = Moved(handler.HandlerStart);
            handler.HandlerEnd = Moved(handler.HandlerEnd);
        }

        Instruction? Moved(Instruction? bound) => bound is null ? null : begin[bound];
    }
}
