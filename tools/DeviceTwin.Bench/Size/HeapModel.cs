using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace DeviceTwin.Bench.Size;

/// <summary>
/// What objects take on the managed heap of nanoFramework 1.x (nf-interpreter, CLR_RT_ExecutionEngine): everything is made of heap blocks of 12
/// bytes on a 32-bit device. An object is one block and one for each field, whatever the field's type. An array is a block and 8 bytes, then
/// its elements, packed where they are numbers and a block each where they are references, rounded up to whole blocks. A string is one block;
/// one that is no literal has its text behind it, UTF-8 with a closing zero (that of a literal stays in flash). A static field is a block of its own, and what it holds lives from the start: static constructors
/// run when the program is loaded.
/// </summary>
/// <param name="blockBytes">Size of a heap block: 12 on a device, 24 on a 64-bit host.</param>
/// <param name="belongs">Whether objects of a type count, and what they hold; all where null. Arrays, strings and boxed numbers always do.</param>
public sealed class HeapModel(int blockBytes = HeapModel.DeviceBlockBytes, Func<Type, bool>? belongs = null)
{
    /// <summary>A heap block on a 32-bit device.</summary>
    public const int DeviceBlockBytes = 12;

    /// <summary>An array literal: the compiler's field with its bytes, which is a static one, and the empty structure in it.</summary>
    public const int LiteralBytes = 2 * DeviceBlockBytes;

    private const int ArrayBytes = 8;

    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);

    /// <summary>Bytes of what is reachable from an object and was not counted before by this model; 0 for null.</summary>
    public long Add(object? root)
    {
        long bytes = 0;
        var open = new Stack<object>();
        Push(root);
        while (open.TryPop(out object? one))
        {
            bytes += Bytes(one);
            foreach (object? part in Parts(one))
            {
                Push(part);
            }
        }

        return bytes;

        void Push(object? one)
        {
            if (one is not null && Belongs(one) && _seen.Add(one))
            {
                open.Push(one);
            }
        }
    }

    /// <summary>Bytes of the static fields of the types of a namespace and of all that they hold.</summary>
    public long AddStatics(Assembly assembly, string space) =>
        AddStatics(assembly.GetTypes().Where(type => type.Namespace == space || type.Namespace?.StartsWith(space + ".", StringComparison.Ordinal) == true));

    /// <summary>Bytes of the static fields of types and of all that they hold.</summary>
    public long AddStatics(IEnumerable<Type> types)
    {
        long bytes = 0;
        foreach (Type type in types)
        {
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);
            foreach (FieldInfo field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (!field.IsLiteral)
                {
                    bytes += blockBytes + (field.FieldType.IsValueType ? 0 : Add(field.GetValue(null)));
                }
            }
        }

        return bytes;
    }

    /// <summary>Bytes of an object alone.</summary>
    public long Bytes(object one) => one switch
    {
        string text => IsLiteral(text) ? blockBytes : Blocks(blockBytes + Encoding.UTF8.GetByteCount(text) + 1),
        Array array => Blocks(blockBytes + ArrayBytes + (array.LongLength * ElementBytes(array.GetType().GetElementType()!))),
        _ => (1 + Fields(one.GetType()).Count()) * (long)blockBytes,
    };

    /// <summary>What an object holds; nothing of one that does not count.</summary>
    public IEnumerable<object> PartsOf(object one) => Parts(one).OfType<object>().Where(Belongs);

    /// <summary>Whether a string is one that stands in the code.</summary>
    public static bool IsLiteral(string text) => ReferenceEquals(string.IsInterned(text), text);

    private bool Belongs(object one) => belongs is null || one is string or Array || one.GetType().IsPrimitive || belongs(one.GetType());

    private long Blocks(long bytes) => (bytes + blockBytes - 1) / blockBytes * blockBytes;

    private int ElementBytes(Type type) => Type.GetTypeCode(type.IsEnum ? Enum.GetUnderlyingType(type) : type) switch
    {
        TypeCode.Boolean or TypeCode.SByte or TypeCode.Byte => 1,
        TypeCode.Int16 or TypeCode.UInt16 or TypeCode.Char => 2,
        TypeCode.Int32 or TypeCode.UInt32 or TypeCode.Single => 4,
        TypeCode.Int64 or TypeCode.UInt64 or TypeCode.Double => 8,
        _ => blockBytes,
    };

    private static IEnumerable<object?> Parts(object one) => one switch
    {
        string => [],
        Array array => array.GetType().GetElementType()!.IsValueType ? [] : array.Cast<object?>(),
        _ => Fields(one.GetType()).Where(field => !field.FieldType.IsValueType).Select(field => field.GetValue(one)),
    };

    private static IEnumerable<FieldInfo> Fields(Type type)
    {
        for (Type? part = type; part is not null; part = part.BaseType)
        {
            foreach (FieldInfo field in part.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                yield return field;
            }
        }
    }
}
