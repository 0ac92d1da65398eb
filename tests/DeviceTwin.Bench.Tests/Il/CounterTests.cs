using System.Reflection;
using DeviceTwin.Bench.Il;
using Mono.Cecil;
using Mono.Cecil.Cil;
using MethodAttributes = Mono.Cecil.MethodAttributes;
using TypeAttributes = Mono.Cecil.TypeAttributes;

namespace DeviceTwin.Tests.Bench.Il;

/// <summary>The counter counts what was counted by hand. The methods are IL, so that no compiler has a say in their length.</summary>
public sealed class CounterTests
{
    private CountingWorld _world = null!;
    private Type _samples = null!;

    [OneTimeSetUp]
    public void Assemble()
    {
        var assembly = AssemblyDefinition.CreateAssembly(new AssemblyNameDefinition("Samples", new Version(1, 0)), "Samples", ModuleKind.Dll);
        ModuleDefinition module = assembly.MainModule;
        var type = new TypeDefinition("", "Samples", TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed, module.TypeSystem.Object);
        module.Types.Add(type);
        Straight(Method(type, "Straight"));
        MethodDefinition loop = Loop(Method(type, "Loop"));
        Branch(Method(type, "Branch"));
        Call(Method(type, "Call"), loop);
        Switch(Method(type, "Switch"));
        Outside(Method(type, "Outside"));
        MethodDefinition thrower = Thrower(Method(type, "Thrower"));
        Catch(Method(type, "Catch"), thrower);
        Finally(Method(type, "Finally"));
        _world = new CountingWorld(assembly);
        _samples = _world.Instrumented.GetType("Samples")!;
    }

    [TestCase("Straight", 5, 5, 2, TestName = "Straight on: load, return")]
    [TestCase("Loop", 0, 0, 8, TestName = "A loop that is not entered: 3 before it, 3 of its condition, 2 behind it")]
    [TestCase("Loop", 1, 1, 15, TestName = "One turn of a loop: 4 of its body and 3 of its condition more")]
    [TestCase("Loop", 1000, 1000, 7008, TestName = "A thousand turns of a loop")]
    [TestCase("Branch", 4, 4, 5, TestName = "A branch that is taken")]
    [TestCase("Branch", -4, 4, 6, TestName = "A branch that is not taken")]
    [TestCase("Call", 10, 11, 83, TestName = "A call: 5 of the caller, 78 of the callee")]
    [TestCase("Switch", 0, 1, 4, TestName = "A switch's first case")]
    [TestCase("Switch", 1, -5, 5, TestName = "A switch's second case")]
    [TestCase("Switch", 2, 9, 4, TestName = "A switch that falls through")]
    [TestCase("Outside", -3, 3, 3, TestName = "What is called outside the assembly is the one call")]
    [TestCase("Catch", 0, 7, 10, TestName = "A try block that nothing happens in")]
    [TestCase("Catch", 1, 7, 11, TestName = "An exception: the rest of the try block does not count, the handler does")]
    [TestCase("Finally", 0, 7, 8, TestName = "A finally block")]
    public void A_method_executes_what_was_counted_by_hand(string method, int argument, int expectedResult, int expectedIl)
    {
        var run = _samples.GetMethod(method)!.CreateDelegate<Func<int, int>>();
        int result = 0;

        long il = _world.Measure(() => () => result = run(argument));

        Assert.That((result, il), Is.EqualTo((expectedResult, (long)expectedIl)));
    }

    private static ILProcessor Method(TypeDefinition type, string name)
    {
        TypeReference integer = type.Module.TypeSystem.Int32;
        var method = new MethodDefinition(name, MethodAttributes.Public | MethodAttributes.Static, integer);
        method.Parameters.Add(new ParameterDefinition(integer));
        type.Methods.Add(method);
        return method.Body.GetILProcessor();
    }

    private static void Straight(ILProcessor il) => Append(il, OpCodes.Ldarg_0, OpCodes.Ret);

    private static MethodDefinition Loop(ILProcessor il)
    {
        il.Body.InitLocals = true;
        il.Body.Variables.Add(new VariableDefinition(il.Body.Method.Module.TypeSystem.Int32));
        Instruction body = il.Create(OpCodes.Ldloc_0);
        Instruction condition = il.Create(OpCodes.Ldloc_0);
        Append(il, OpCodes.Ldc_I4_0, OpCodes.Stloc_0);
        il.Emit(OpCodes.Br_S, condition);
        il.Append(body);
        Append(il, OpCodes.Ldc_I4_1, OpCodes.Add, OpCodes.Stloc_0);
        il.Append(condition);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Blt_S, body);
        Append(il, OpCodes.Ldloc_0, OpCodes.Ret);
        return il.Body.Method;
    }

    private static void Branch(ILProcessor il)
    {
        Instruction positive = il.Create(OpCodes.Ldarg_0);
        Append(il, OpCodes.Ldarg_0, OpCodes.Ldc_I4_0);
        il.Emit(OpCodes.Bge_S, positive);
        Append(il, OpCodes.Ldarg_0, OpCodes.Neg, OpCodes.Ret);
        il.Append(positive);
        il.Emit(OpCodes.Ret);
    }

    private static void Call(ILProcessor il, MethodDefinition callee)
    {
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, callee);
        Append(il, OpCodes.Ldc_I4_1, OpCodes.Add, OpCodes.Ret);
    }

    private static void Switch(ILProcessor il)
    {
        Instruction first = il.Create(OpCodes.Ldc_I4_1);
        Instruction second = il.Create(OpCodes.Ldc_I4_5);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Switch, [first, second]);
        il.Emit(OpCodes.Ldc_I4_S, (sbyte)9);
        il.Emit(OpCodes.Ret);
        il.Append(first);
        il.Emit(OpCodes.Ret);
        il.Append(second);
        Append(il, OpCodes.Neg, OpCodes.Ret);
    }

    private static void Outside(ILProcessor il)
    {
        MethodInfo abs = typeof(Math).GetMethod(nameof(Math.Abs), [typeof(int)])!;
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, il.Body.Method.Module.ImportReference(abs));
        il.Emit(OpCodes.Ret);
    }

    private static MethodDefinition Thrower(ILProcessor il)
    {
        ConstructorInfo exception = typeof(InvalidOperationException).GetConstructor([])!;
        Instruction fail = il.Create(OpCodes.Newobj, il.Body.Method.Module.ImportReference(exception));
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Brtrue_S, fail);
        Append(il, OpCodes.Ldc_I4_1, OpCodes.Ret);
        il.Append(fail);
        il.Emit(OpCodes.Throw);
        return il.Body.Method;
    }

    private static void Catch(ILProcessor il, MethodDefinition thrower)
    {
        Instruction start = il.Create(OpCodes.Ldarg_0);
        Instruction handler = il.Create(OpCodes.Pop);
        Instruction end = il.Create(OpCodes.Ldc_I4_7);
        il.Append(start);
        il.Emit(OpCodes.Call, thrower);
        il.Emit(OpCodes.Pop);
        il.Emit(OpCodes.Leave_S, end);
        il.Append(handler);
        Append(il, OpCodes.Nop);
        il.Emit(OpCodes.Leave_S, end);
        il.Append(end);
        il.Emit(OpCodes.Ret);
        il.Body.ExceptionHandlers.Add(new ExceptionHandler(ExceptionHandlerType.Catch)
        {
            TryStart = start,
            TryEnd = handler,
            HandlerStart = handler,
            HandlerEnd = end,
            CatchType = il.Body.Method.Module.ImportReference(typeof(InvalidOperationException)),
        });
    }

    private static void Finally(ILProcessor il)
    {
        Instruction start = il.Create(OpCodes.Nop);
        Instruction handler = il.Create(OpCodes.Nop);
        Instruction end = il.Create(OpCodes.Ldc_I4_7);
        il.Append(start);
        il.Emit(OpCodes.Nop);
        il.Emit(OpCodes.Leave_S, end);
        il.Append(handler);
        Append(il, OpCodes.Nop, OpCodes.Endfinally);
        il.Append(end);
        il.Emit(OpCodes.Ret);
        il.Body.ExceptionHandlers.Add(new ExceptionHandler(ExceptionHandlerType.Finally)
        {
            TryStart = start,
            TryEnd = handler,
            HandlerStart = handler,
            HandlerEnd = end,
        });
    }

    private static void Append(ILProcessor il, params OpCode[] codes)
    {
        foreach (OpCode code in codes)
        {
            il.Emit(code);
        }
    }
}
