using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DeviceTwin.Tests.SensorNode.Gate.Rules;

/// <summary>A mention of a type.</summary>
/// <param name="Type">As written in metadata: array, pointer or instance wrappers are not stripped.</param>
/// <param name="Member">Field, method or type that mentions it.</param>
/// <param name="At">The instruction, null in signatures.</param>
internal readonly record struct TypeUse(TypeReference Type, IMemberDefinition Member, Instruction? At);

/// <summary>Finds every mention of a type in metadata and IL.</summary>
internal static class TypeUses
{
    /// <summary>Mentions in the type's own declaration, its fields and its methods; nested types are on their own.</summary>
    public static IEnumerable<TypeUse> Of(TypeDefinition type)
    {
        foreach (var mentioned in type.Interfaces.Select(implementation => implementation.InterfaceType).Append(type.BaseType))
        {
            if (mentioned is not null)
            {
                yield return new TypeUse(mentioned, type, null);
            }
        }

        foreach (var field in type.Fields)
        {
            yield return new TypeUse(field.FieldType, field, null);
        }

        foreach (var use in type.CustomAttributes.Select(attribute => attribute.AttributeType))
        {
            yield return new TypeUse(use, type, null);
        }

        foreach (var use in type.Methods.SelectMany(Of))
        {
            yield return use;
        }
    }

    /// <summary>Mentions in a method's signature, locals, handlers and instructions.</summary>
    public static IEnumerable<TypeUse> Of(MethodDefinition method)
    {
        yield return new TypeUse(method.ReturnType, method, null);
        foreach (var parameter in method.Parameters)
        {
            yield return new TypeUse(parameter.ParameterType, method, null);
        }

        if (!method.HasBody)
        {
            yield break;
        }

        foreach (var local in method.Body.Variables)
        {
            yield return new TypeUse(local.VariableType, method, method.Body.Instructions[0]);
        }

        foreach (var handler in method.Body.ExceptionHandlers)
        {
            if (handler.CatchType is not null)
            {
                yield return new TypeUse(handler.CatchType, method, handler.HandlerStart);
            }
        }

        foreach (var instruction in method.Body.Instructions)
        {
            foreach (var type in Mentioned(instruction.Operand))
            {
                yield return new TypeUse(type, method, instruction);
            }
        }
    }

    /// <summary>The type and everything inside it: element types, instance arguments.</summary>
    public static IEnumerable<TypeReference> Parts(TypeReference type)
    {
        yield return type;
        if (type is GenericInstanceType instance)
        {
            foreach (var part in instance.GenericArguments.SelectMany(Parts))
            {
                yield return part;
            }
        }

        if (type is TypeSpecification specification)
        {
            foreach (var part in Parts(specification.ElementType))
            {
                yield return part;
            }
        }
    }

    private static IEnumerable<TypeReference> Mentioned(object? operand) => operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        MethodReference method => method.Parameters.Select(parameter => parameter.ParameterType).Append(method.ReturnType).Prepend(method.DeclaringType),
        _ => [],
    };
}
