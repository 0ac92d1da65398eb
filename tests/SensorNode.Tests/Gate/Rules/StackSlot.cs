using Mono.Cecil;

namespace DeviceTwin.Tests.SensorNode.Gate.Rules;

/// <summary>What the evaluation stack distinguishes.</summary>
internal enum StackKind
{
    Int32,
    Int64,
    Native,
    Single,
    Double,
    Object,
    Address,
    Value,
}

/// <summary>What is known of one slot of the evaluation stack.</summary>
/// <param name="Kind">Its type.</param>
/// <param name="Bound">Largest value it can have where it is a non-negative constant or masked by one; null where nothing is known.</param>
/// <param name="Constant">Its value where it is a constant.</param>
/// <param name="IsUnsigned">
/// Whether nanoFramework takes it for unsigned. It knows a value's type by where the value came from, not by the instruction: a cast to int that
/// the compiler has no instruction for changes nothing there.
/// </param>
internal readonly record struct StackSlot(StackKind Kind, long? Bound = null, long? Constant = null, bool IsUnsigned = false)
{
    public bool IsFloat => Kind is StackKind.Single or StackKind.Double;

    /// <summary>Whether it is another number to nanoFramework than to .NET where an instruction means it signed.</summary>
    public bool IsAmbiguous => IsUnsigned && (Bound is not { } bound || (Kind == StackKind.Int32 && bound > int.MaxValue));

    /// <summary>The slot of an integer constant.</summary>
    public static StackSlot Of(StackKind kind, long constant) => new(kind, constant >= 0 ? constant : null, constant);

    /// <summary>The slot of a value of a type.</summary>
    public static StackSlot Of(TypeReference type) => new(KindOf(type), IsUnsigned: IsUnsignedType(type));

    /// <summary>Whether a type is a signed integer as wide as the stack's.</summary>
    public static bool IsSignedType(TypeReference type) => Underlying(type).MetadataType is MetadataType.Int32 or MetadataType.Int64;

    /// <summary>What is known where two ways meet.</summary>
    public StackSlot Meet(StackSlot other) => new(
        Kind == other.Kind ? Kind : StackKind.Object,
        Bound is { } one && other.Bound is { } two ? Math.Max(one, two) : null,
        Constant == other.Constant ? Constant : null,
        IsUnsigned || other.IsUnsigned);

    private static bool IsUnsignedType(TypeReference type) => Underlying(type).MetadataType is MetadataType.UInt32 or MetadataType.UInt64;

    private static TypeReference Underlying(TypeReference type) =>
        type.MetadataType == MetadataType.ValueType && type.Resolve() is { IsEnum: true } definition
            ? definition.Fields.Single(field => !field.IsStatic).FieldType
            : type;

    private static StackKind KindOf(TypeReference type)
    {
        switch (type)
        {
            case ByReferenceType or PointerType:
                return StackKind.Address;
            case PinnedType or RequiredModifierType or OptionalModifierType:
                return KindOf(((TypeSpecification)type).ElementType);
        }

        switch (type.MetadataType)
        {
            case MetadataType.Boolean or MetadataType.Char or MetadataType.SByte or MetadataType.Byte or MetadataType.Int16
                or MetadataType.UInt16 or MetadataType.Int32 or MetadataType.UInt32:
                return StackKind.Int32;
            case MetadataType.Int64 or MetadataType.UInt64:
                return StackKind.Int64;
            case MetadataType.IntPtr or MetadataType.UIntPtr:
                return StackKind.Native;
            case MetadataType.Single:
                return StackKind.Single;
            case MetadataType.Double:
                return StackKind.Double;
            case MetadataType.ValueType:
                return type.Resolve() is { IsEnum: true } definition
                    ? KindOf(definition.Fields.Single(field => !field.IsStatic).FieldType)
                    : StackKind.Value;
            default:
                return StackKind.Object;
        }
    }
}
