using System.Reflection;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;
using DeviceMethod = Mono.Cecil.MethodDefinition;

namespace DeviceTwin.Bench.Size.Whole;

/// <summary>
/// Makes the firmware's methods of a module report what they allocate to <see cref="AllocationLedger"/>: objects, arrays and boxed values, what calls give back
/// (strings and arrays that the runtime's library makes, bytes that a file or a session hands in), the block that a device makes for each string literal it loads,
/// and structures, which are heap objects there. They are compiled without optimisation, so that a local keeps what it holds until its method returns, as on a device.
/// </summary>
public static class AllocationInstrumentation
{
    /// <summary>Instruments every method of the firmware.</summary>
    public static void Instrument(ModuleDefinition module)
    {
        MethodReference note = module.ImportReference(typeof(AllocationLedger).GetMethod(nameof(AllocationLedger.Note), BindingFlags.Public | BindingFlags.Static)!);
        MethodReference noteShort = module.ImportReference(typeof(AllocationLedger).GetMethod(nameof(AllocationLedger.NoteShort), BindingFlags.Public | BindingFlags.Static)!);
        foreach (DeviceMethod method in module.GetTypes().Where(type => NodeParcel.Belongs(OuterNamespace(type))).SelectMany(type => type.Methods).Where(method => method.HasBody))
        {
            // The arithmetic allocates nothing; it may stay quick.
            method.NoOptimization |= !OuterNamespace(method.DeclaringType)!.EndsWith(".Signal", StringComparison.Ordinal);
            Instrument(method, note, noteShort);
        }
    }

    private static string? OuterNamespace(TypeDefinition type) => type.DeclaringType is { } outer ? OuterNamespace(outer) : type.Namespace;

    private static void Instrument(DeviceMethod method, MethodReference note, MethodReference noteShort)
    {
        Mono.Cecil.Cil.MethodBody body = method.Body;
        Instruction[] original = [.. body.Instructions];
        if (!original.Any(instruction => ShortBytes(method, instruction) > 0 || GivesReference(instruction)))
        {
            return;
        }

        body.SimplifyMacros();
        ILProcessor il = body.GetILProcessor();
        foreach (Instruction instruction in original)
        {
            if (ShortBytes(method, instruction) is > 0 and var bytes)
            {
                Instruction call = il.Create(OpCodes.Call, noteShort);
                il.InsertAfter(instruction, call);
                il.InsertBefore(call, il.Create(OpCodes.Ldc_I4, bytes));
            }
            else if (GivesReference(instruction))
            {
                Instruction call = il.Create(OpCodes.Call, note);
                il.InsertAfter(instruction, call);
                il.InsertBefore(call, il.Create(OpCodes.Dup));
            }
        }

        body.OptimizeMacros();
    }

    private static int ShortBytes(DeviceMethod caller, Instruction instruction) => instruction switch
    {
        { OpCode.Code: Code.Ldstr } => HeapModel.DeviceBlockBytes,
        { OpCode.Code: Code.Newobj, Operand: MethodReference { DeclaringType.IsValueType: true } constructor } => StructureBytes(constructor),
        { OpCode.Code: Code.Call, Operand: MethodReference { Name: ".ctor", DeclaringType.IsValueType: true } constructor }
            when constructor.DeclaringType.FullName != caller.DeclaringType.FullName => StructureBytes(constructor),
        _ => 0,
    };

    private static int StructureBytes(MethodReference constructor) =>
        (1 + constructor.DeclaringType.Resolve().Fields.Count(field => !field.IsStatic)) * HeapModel.DeviceBlockBytes;

    private static bool GivesReference(Instruction instruction) => instruction.OpCode.Code switch
    {
        Code.Newarr or Code.Box => true,
        Code.Newobj => !((MethodReference)instruction.Operand).DeclaringType.IsValueType,
        Code.Call or Code.Callvirt => IsReference(((MethodReference)instruction.Operand).ReturnType),
        _ => false,
    };

    private static bool IsReference(TypeReference type) =>
        type is ArrayType || (!type.IsValueType && !type.IsPrimitive && !type.IsByReference && !type.IsGenericParameter && type.FullName is not "System.Void");
}
