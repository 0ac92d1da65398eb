using System.Text;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DeviceTwin.Bench.Size;

/// <summary>
/// Size of a nanoFramework PE file, computed from an ordinary assembly by what the metadata processor writes: a header of 124 bytes; 12 bytes
/// for a referenced assembly, 8 for a referenced type or member; 24 for a type, 8 for a field that is no constant, 16 for a method; each
/// different name and string literal with its closing zero; each different signature of a method, a field or a set of locals; the bytes of
/// array literals, 2 more each; the IL, in which a token and a far branch take 2 bytes instead of 4, and 12 bytes for an exception handler.
/// Names that the runtime knows by heart are counted though they take no room, so the sum is a little too large.
/// </summary>
public sealed class PeModel
{
    /// <summary>Most bytes of IL, of strings, and of signatures with array literals, in an assembly: they are addressed with 16 bits.</summary>
    public const int LargestTable = 65535;

    private const int HeaderBytes = 124;

    private readonly ModuleDefinition _module;
    private readonly Dictionary<string, int> _typeNumbers = [];
    private readonly HashSet<string> _strings = [""];
    private readonly HashSet<string> _signatures = [];
    private readonly HashSet<FieldDefinition> _literals = [];

    /// <param name="module">The assembly; its types are counted in parts, by <see cref="Add"/>.</param>
    public PeModel(ModuleDefinition module)
    {
        _module = module;
    }

    /// <summary>Header, references and the names that come with them.</summary>
    public PeSize Frame()
    {
        TypeReference[] types = [.. _module.GetTypeReferences().Where(type => !IsLeftOut(type))];
        MemberReference[] members = [.. _module.GetMemberReferences().Where(member => !IsLeftOut(member.DeclaringType))];
        int strings = 1 + Text(_module.Assembly.Name.Name) + types.Sum(type => Text(type.Name) + Text(type.Namespace)) + members.Sum(member => Text(member.Name));
        int signatures = members.OfType<MethodReference>().Sum(Signature);
        return new PeSize(HeaderBytes + 12 + (8 * types.Length) + (8 * members.Length), 0, strings, signatures);
    }

    /// <summary>The array literals that types use.</summary>
    public static IEnumerable<FieldDefinition> Literals(IEnumerable<TypeDefinition> types) =>
        types.SelectMany(type => type.Methods).Where(method => method.HasBody).SelectMany(method => Literals(method.Body)).Distinct();

    /// <summary>What types take, with all that was not counted before.</summary>
    public PeSize Add(IEnumerable<TypeDefinition> types)
    {
        var size = new PeSize(0, 0, 0, 0);
        foreach (TypeDefinition type in types)
        {
            size += Add(type);
        }

        return size;
    }

    private PeSize Add(TypeDefinition type)
    {
        FieldDefinition[] fields = [.. type.Fields.Where(field => !field.IsLiteral)];
        int records = 24 + (8 * fields.Length) + (16 * type.Methods.Count);
        int strings = Text(type.Name) + Text(type.Namespace) + fields.Sum(field => Text(field.Name)) + type.Methods.Sum(method => Text(method.Name));
        int signatures = fields.Sum(field => Signature("f", [field.FieldType])) + type.Methods.Sum(Signature);
        int code = 0;
        foreach (MethodDefinition method in type.Methods.Where(method => method.HasBody))
        {
            MethodBody body = method.Body;
            code += body.Instructions.Sum(Bytes) + (body.HasExceptionHandlers ? 1 + (12 * body.ExceptionHandlers.Count) : 0);
            strings += body.Instructions.Select(instruction => instruction.Operand).OfType<string>().Sum(Text);
            signatures += body.HasVariables ? Signature("l", [.. body.Variables.Select(variable => variable.VariableType)]) : 0;

            // An array literal lies in a compiler-made field; it belongs to whoever uses it.
            foreach (FieldDefinition literal in Literals(body).Where(_literals.Add))
            {
                records += 8;
                strings += Text(literal.Name);
                signatures += 2 + literal.InitialValue.Length;
            }
        }

        return new PeSize(records, code, strings, signatures);
    }

    private static IEnumerable<FieldDefinition> Literals(MethodBody body) => body.Instructions
        .Where(instruction => instruction.OpCode == OpCodes.Ldtoken).Select(instruction => instruction.Operand).OfType<FieldDefinition>();

    private static bool IsLeftOut(TypeReference type) => type.Name.EndsWith("Attribute", StringComparison.Ordinal) || type.DeclaringType is { } outer && IsLeftOut(outer);

    private static int Bytes(Instruction instruction) => instruction.OpCode.Size + instruction.OpCode.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.InlineSwitch => 1 + (2 * ((Instruction[])instruction.Operand).Length),
        OperandType.InlineString or OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineBrTarget => 2,
        OperandType.InlineVar or OperandType.InlineArg => 2,
        OperandType.InlineI or OperandType.ShortInlineR or OperandType.InlineTok or OperandType.InlineSig => 4,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 1,
    };

    private int Text(string text) => _strings.Add(text) ? Encoding.UTF8.GetByteCount(text) + 1 : 0;

    private int Signature(MethodReference method) =>
        2 + Signature(method.HasThis ? "t" : "s", [method.ReturnType, .. method.Parameters.Select(parameter => parameter.ParameterType)]) is > 2 and var bytes ? bytes : 0;

    private int Signature(string kind, TypeReference[] types) =>
        _signatures.Add(kind + string.Join(',', types.Select(type => type.FullName))) ? types.Sum(Bytes) : 0;

    private int Bytes(TypeReference type) => type switch
    {
        ArrayType array => 1 + Bytes(array.ElementType),
        ByReferenceType reference => 1 + Bytes(reference.ElementType),
        { IsPrimitive: true } or { FullName: "System.Void" or "System.String" or "System.Object" } => 1,
        _ => 1 + (Number(type) < 32 ? 1 : 2),
    };

    private int Number(TypeReference type)
    {
        if (!_typeNumbers.TryGetValue(type.FullName, out int number))
        {
            number = _typeNumbers.Count;
            _typeNumbers.Add(type.FullName, number);
        }

        return number;
    }
}
