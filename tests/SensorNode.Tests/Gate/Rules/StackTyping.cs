using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DeviceTwin.Tests.SensorNode.Gate.Rules;

/// <summary>
/// A small abstract interpretation of IL: the types on the evaluation stack before each instruction. IL itself does not say whether
/// <c>div</c> divides integers or floats, nor what <c>conv.i4</c> converts.
/// </summary>
internal static class StackTyping
{
    /// <summary>The stack before each reachable instruction, top last.</summary>
    public static IReadOnlyDictionary<Instruction, IReadOnlyList<StackSlot>> Before(MethodDefinition method)
    {
        var known = new Dictionary<Instruction, IReadOnlyList<StackSlot>>();
        var work = new Queue<Instruction>();

        void Reach(Instruction? instruction, IReadOnlyList<StackSlot> stack)
        {
            if (instruction is null)
            {
                return;
            }

            var next = known.TryGetValue(instruction, out var before) ? [.. before.Zip(stack, (one, two) => one.Meet(two))] : stack;
            if (before is null || !before.SequenceEqual(next))
            {
                known[instruction] = next;
                work.Enqueue(instruction);
            }
        }

        Reach(method.Body.Instructions[0], []);
        foreach (var handler in method.Body.ExceptionHandlers)
        {
            var caught = handler.HandlerType is ExceptionHandlerType.Catch or ExceptionHandlerType.Filter;
            Reach(handler.HandlerStart, caught ? [new StackSlot(StackKind.Object)] : []);
            Reach(handler.FilterStart, [new StackSlot(StackKind.Object)]);
        }

        while (work.TryDequeue(out var instruction))
        {
            var stack = known[instruction].ToList();
            Step(method, instruction, stack);
            switch (instruction.OpCode.FlowControl)
            {
                case FlowControl.Branch:
                    Reach((Instruction)instruction.Operand, stack);
                    break;
                case FlowControl.Cond_Branch:
                    foreach (var target in instruction.Operand as Instruction[] ?? [(Instruction)instruction.Operand])
                    {
                        Reach(target, stack);
                    }

                    Reach(instruction.Next, stack);
                    break;
                case FlowControl.Return or FlowControl.Throw:
                    break;
                default:
                    Reach(instruction.Next, stack);
                    break;
            }
        }

        return known;
    }

    private static void Step(MethodDefinition method, Instruction instruction, List<StackSlot> stack)
    {
        var code = instruction.OpCode.Code;
        switch (code)
        {
            case Code.Dup:
                stack.Add(stack[^1]);
                return;
            case Code.Leave or Code.Leave_S or Code.Endfinally:
                stack.Clear();
                return;
            case Code.Ret:
                return;
            case Code.And:
                Binary(stack, (left, right) => new StackSlot(
                    Wider(left.Kind, right.Kind), Lesser(MaskOf(left), MaskOf(right)), IsUnsigned: left.IsUnsigned));
                return;
            case Code.Add or Code.Sub or Code.Mul or Code.Div or Code.Div_Un or Code.Rem or Code.Rem_Un or Code.Or or Code.Xor
                or Code.Add_Ovf or Code.Add_Ovf_Un or Code.Sub_Ovf or Code.Sub_Ovf_Un or Code.Mul_Ovf or Code.Mul_Ovf_Un:
                // The runtime takes the type of the left one.
                Binary(stack, (left, right) => new StackSlot(Wider(left.Kind, right.Kind), IsUnsigned: left.IsUnsigned));
                return;
            case Code.Shr_Un:
                Binary(stack, (left, right) => new StackSlot(left.Kind, Shifted(left, right), IsUnsigned: left.IsUnsigned));
                return;
            case Code.Shr:
                Binary(stack, (left, _) => new StackSlot(left.Kind, left.Bound, IsUnsigned: left.IsUnsigned));
                return;
            case Code.Shl:
                Binary(stack, (left, _) => new StackSlot(left.Kind, IsUnsigned: left.IsUnsigned));
                return;
            case Code.Neg or Code.Not:
                stack[^1] = new StackSlot(stack[^1].Kind, IsUnsigned: stack[^1].IsUnsigned);
                return;
            case Code.Conv_I8:
                stack[^1] = stack[^1] with { Kind = StackKind.Int64, IsUnsigned = false };
                return;
            case Code.Conv_U8:
                stack[^1] = stack[^1].Kind == StackKind.Int32
                    ? new StackSlot(StackKind.Int64, stack[^1].Bound ?? uint.MaxValue, stack[^1].Bound is null ? null : stack[^1].Constant, true)
                    : stack[^1] with { Kind = StackKind.Int64, IsUnsigned = true };
                return;
            case Code.Conv_U4:
                stack[^1] = stack[^1] is { Bound: <= 127 } part
                    ? part with { Kind = StackKind.Int32, IsUnsigned = true }
                    : new StackSlot(StackKind.Int32, IsUnsigned: true);
                return;
            case Code.Conv_I4 or Code.Conv_I2 or Code.Conv_U2 or Code.Conv_I1 or Code.Conv_U1:
                // A known bound stays one where the value fits the narrower type.
                stack[^1] = stack[^1] is { Bound: <= 127 } small ? small with { Kind = StackKind.Int32, IsUnsigned = false } : new StackSlot(StackKind.Int32);
                return;
            case Code.Ldelema or Code.Ldflda or Code.Ldsflda or Code.Ldloca or Code.Ldloca_S or Code.Ldarga or Code.Ldarga_S:
                Replace(method, instruction, stack, [new StackSlot(StackKind.Address)]);
                return;
            case Code.Newobj:
                Replace(method, instruction, stack, [StackSlot.Of(((MethodReference)instruction.Operand).DeclaringType)]);
                return;
            case Code.Call or Code.Callvirt:
                var called = (MethodReference)instruction.Operand;
                Replace(method, instruction, stack, called.ReturnType.MetadataType == MetadataType.Void ? [] : [StackSlot.Of(called.ReturnType)]);
                return;
            default:
                Replace(method, instruction, stack, Pushed(method, instruction));
                return;
        }
    }

    /// <summary>What instructions that push at most one value push.</summary>
    private static StackSlot[] Pushed(MethodDefinition method, Instruction instruction)
    {
        var code = instruction.OpCode.Code;
        switch (code)
        {
            case >= Code.Ldc_I4_M1 and <= Code.Ldc_I4_8:
                return [StackSlot.Of(StackKind.Int32, code - Code.Ldc_I4_0)];
            case Code.Ldc_I4_S:
                return [StackSlot.Of(StackKind.Int32, (sbyte)instruction.Operand)];
            case Code.Ldc_I4:
                return [StackSlot.Of(StackKind.Int32, (int)instruction.Operand)];
            case Code.Ldc_I8:
                return [StackSlot.Of(StackKind.Int64, (long)instruction.Operand)];
            case >= Code.Ldloc_0 and <= Code.Ldloc_3:
                return [StackSlot.Of(method.Body.Variables[code - Code.Ldloc_0].VariableType)];
            case Code.Ldloc or Code.Ldloc_S:
                return [StackSlot.Of(((VariableDefinition)instruction.Operand).VariableType)];
            case >= Code.Ldarg_0 and <= Code.Ldarg_3:
                return [Argument(method, code - Code.Ldarg_0)];
            case Code.Ldarg or Code.Ldarg_S:
                return [StackSlot.Of(((ParameterDefinition)instruction.Operand).ParameterType)];
            case Code.Ldfld or Code.Ldsfld:
                return [StackSlot.Of(((FieldReference)instruction.Operand).FieldType)];
            case Code.Ldobj or Code.Ldelem_Any or Code.Unbox_Any:
                return [StackSlot.Of((TypeReference)instruction.Operand)];
            case Code.Unbox:
                return [new StackSlot(StackKind.Address)];
            case Code.Ldelem_U4 or Code.Ldind_U4:
                return [new StackSlot(StackKind.Int32, IsUnsigned: true)];
            default:
                return instruction.OpCode.StackBehaviourPush switch
                {
                    StackBehaviour.Push0 => [],
                    StackBehaviour.Pushi => [new StackSlot(PushesNative(code) ? StackKind.Native : StackKind.Int32)],
                    StackBehaviour.Pushi8 => [new StackSlot(StackKind.Int64)],
                    StackBehaviour.Pushr4 => [new StackSlot(StackKind.Single)],
                    StackBehaviour.Pushr8 => [new StackSlot(StackKind.Double)],
                    StackBehaviour.Pushref => [new StackSlot(StackKind.Object)],
                    _ => [new StackSlot(StackKind.Value)],
                };
        }
    }

    private static bool PushesNative(Code code) => code is Code.Conv_I or Code.Conv_U or Code.Conv_Ovf_I or Code.Conv_Ovf_U
        or Code.Conv_Ovf_I_Un or Code.Conv_Ovf_U_Un or Code.Ldlen or Code.Ldelem_I or Code.Ldind_I or Code.Localloc or Code.Ldftn or Code.Ldvirtftn;

    private static StackSlot Argument(MethodDefinition method, int index)
    {
        if (method.HasThis && index == 0)
        {
            return new StackSlot(method.DeclaringType.IsValueType ? StackKind.Address : StackKind.Object);
        }

        return StackSlot.Of(method.Parameters[index - (method.HasThis ? 1 : 0)].ParameterType);
    }

    private static void Replace(MethodDefinition method, Instruction instruction, List<StackSlot> stack, StackSlot[] pushed)
    {
        var popped = Popped(method, instruction);
        stack.RemoveRange(stack.Count - popped, popped);
        stack.AddRange(pushed);
    }

    private static int Popped(MethodDefinition method, Instruction instruction)
    {
        switch (instruction.OpCode.Code)
        {
            case Code.Newobj:
                return ((MethodReference)instruction.Operand).Parameters.Count;
            case Code.Call or Code.Callvirt:
                var called = (MethodReference)instruction.Operand;
                return called.Parameters.Count + (called.HasThis ? 1 : 0);
            case Code.Calli:
                var site = (CallSite)instruction.Operand;
                return site.Parameters.Count + 1 + (site.HasThis ? 1 : 0);
        }

        return instruction.OpCode.StackBehaviourPop switch
        {
            StackBehaviour.Pop0 => 0,
            StackBehaviour.Pop1 or StackBehaviour.Popi or StackBehaviour.Popref => 1,
            StackBehaviour.Pop1_pop1 or StackBehaviour.Popi_pop1 or StackBehaviour.Popi_popi or StackBehaviour.Popi_popi8
                or StackBehaviour.Popi_popr4 or StackBehaviour.Popi_popr8 or StackBehaviour.Popref_pop1 or StackBehaviour.Popref_popi => 2,
            StackBehaviour.Popi_popi_popi or StackBehaviour.Popref_popi_popi or StackBehaviour.Popref_popi_popi8
                or StackBehaviour.Popref_popi_popr4 or StackBehaviour.Popref_popi_popr8 or StackBehaviour.Popref_popi_popref => 3,
            _ => throw new NotSupportedException($"{method.FullName}: {instruction}"),
        };
    }

    private static void Binary(List<StackSlot> stack, Func<StackSlot, StackSlot, StackSlot> result)
    {
        var (left, right) = (stack[^2], stack[^1]);
        stack.RemoveRange(stack.Count - 2, 2);
        stack.Add(result(left, right));
    }

    private static StackKind Wider(StackKind left, StackKind right) =>
        left == right ? left
        : left == StackKind.Double || right == StackKind.Double ? StackKind.Double
        : left == StackKind.Address || right == StackKind.Address ? StackKind.Address
        : left == StackKind.Native || right == StackKind.Native ? StackKind.Native
        : left;

    /// <summary>The bound that a slot puts on the result of <c>and</c>: a non-negative constant does, whatever the other operand is.</summary>
    private static long? MaskOf(StackSlot slot) => slot.Constant is null ? null : slot.Bound;

    /// <summary>The bound of what is shifted right by a constant, zeros coming in.</summary>
    private static long? Shifted(StackSlot value, StackSlot count)
    {
        int width = value.Kind == StackKind.Int64 ? 64 : 32;
        return count.Constant is { } places && places > 0 && places < width ? (long)(ulong.MaxValue >> (64 - width) >> (int)places) : null;
    }

    private static long? Lesser(long? one, long? two) => one is null ? two : two is null ? one : Math.Min(one.Value, two.Value);
}
