using DeviceTwin.Tests.SensorNode.Gate.ApiList;
using Mono.Cecil;

namespace DeviceTwin.Tests.SensorNode.Gate.References;

/// <summary>Adds the types of one assembly of the API list to its definition.</summary>
/// <param name="definition">The assembly to fill.</param>
/// <param name="assembly">What the list says of it.</param>
/// <param name="references">The modules of the assemblies it refers to.</param>
internal sealed class TypeEmitter(AssemblyDefinition definition, ApiAssembly assembly, IEnumerable<ModuleDefinition> references)
{
    private readonly ModuleDefinition module = definition.MainModule;
    private readonly ModuleDefinition[] references = [.. references];
    private readonly Dictionary<string, TypeDefinition> own = [];
    private readonly Dictionary<string, TypeReference> signatures = [];

    private IEnumerable<ApiType> Emitted => assembly.Types.Where(type => type.GenericParameters.Count == 0);

    /// <summary>Emits every type that is not generic.</summary>
    public void Emit()
    {
        // Owners stand before or after their nested types in the list, so all definitions come first.
        foreach (var type in Emitted)
        {
            own.Add(type.Name, Declare(type));
        }

        foreach (var type in Emitted)
        {
            var declared = own[type.Name];
            if (type.Name.LastIndexOf('/') is var nested and >= 0)
            {
                own[type.Name[..nested]].NestedTypes.Add(declared);
            }
            else
            {
                module.Types.Add(declared);
            }
        }

        foreach (var type in Emitted)
        {
            Fill(own[type.Name], type);
        }
    }

    private static TypeDefinition Declare(ApiType type)
    {
        var simple = type.Name[(type.Name.LastIndexOf('/') + 1)..];
        var dot = type.Name.Contains('/') ? -1 : simple.LastIndexOf('.');
        return new TypeDefinition(dot < 0 ? "" : simple[..dot], simple[(dot + 1)..], Flags(type));
    }

    private static TypeAttributes Flags(ApiType type)
    {
        var flags = type.Access switch
        {
            "public" => TypeAttributes.Public,
            "nestedpublic" => TypeAttributes.NestedPublic,
            "nestedprotected" => TypeAttributes.NestedFamily,
            "nestedprotinternal" => TypeAttributes.NestedFamORAssem,
            _ => throw new FormatException($"{type.Name}: access '{type.Access}'"),
        };
        flags |= type.Kind switch
        {
            "interface" => TypeAttributes.Interface | TypeAttributes.Abstract,
            "struct" => TypeAttributes.Sealed | (type.Mods.Has("explicitlayout") ? TypeAttributes.ExplicitLayout : TypeAttributes.SequentialLayout),
            "enum" or "delegate" => TypeAttributes.Sealed,
            "class" => TypeAttributes.Class,
            _ => throw new FormatException($"{type.Name}: kind '{type.Kind}'"),
        };
        flags |= type.Mods.Has("abstract") ? TypeAttributes.Abstract : 0;
        flags |= type.Mods.Has("sealed") ? TypeAttributes.Sealed : 0;
        flags |= type.Mods.Has("serializable") ? TypeAttributes.Serializable : 0;
        return flags;
    }

    private void Fill(TypeDefinition target, ApiType type)
    {
        target.BaseType = type.Base is null ? null : Named(type.Base);
        foreach (var name in type.Interfaces)
        {
            target.Interfaces.Add(new InterfaceImplementation(Named(name)));
        }

        Attach(target, type.Attributes);
        if (type.Mods.Has("readonly"))
        {
            Mark(target, "IsReadOnlyAttribute");
        }

        if (type.Mods.Has("byreflike"))
        {
            Mark(target, "IsByRefLikeAttribute");
        }

        if (type.Underlying is not null)
        {
            FillEnum(target, type);
        }

        foreach (var field in type.Fields)
        {
            target.Fields.Add(Field(field));
        }

        foreach (var method in type.Methods)
        {
            Method(target, type, method);
        }

        foreach (var property in type.Properties)
        {
            Property(target, type, property);
        }
    }

    private void FillEnum(TypeDefinition target, ApiType type)
    {
        var underlying = Signature(type.Underlying!);
        target.Fields.Add(new FieldDefinition(
            "value__", FieldAttributes.Public | FieldAttributes.SpecialName | FieldAttributes.RTSpecialName, underlying));
        foreach (var value in type.Values)
        {
            var field = new FieldDefinition(
                value.Name, FieldAttributes.Public | FieldAttributes.Static | FieldAttributes.Literal | FieldAttributes.HasDefault, target)
            {
                Constant = EnumNumber(type.Underlying!, value.Number),
            };
            Attach(field, value.Attributes);
            target.Fields.Add(field);
        }
    }

    private static object EnumNumber(string underlying, long number) => underlying switch
    {
        "sbyte" => (sbyte)number,
        "byte" => (byte)number,
        "short" => (short)number,
        "ushort" => (ushort)number,
        "int" => (int)number,
        "uint" => (uint)number,
        "long" => number,
        "ulong" => (ulong)number,
        _ => throw new FormatException($"enum of '{underlying}'"),
    };

    private FieldDefinition Field(ApiField field)
    {
        var flags = field.Access switch
        {
            "public" => FieldAttributes.Public,
            "protected" => FieldAttributes.Family,
            "protinternal" => FieldAttributes.FamORAssem,
            "private" => FieldAttributes.Private,
            _ => throw new FormatException($"field {field.Name}: access '{field.Access}'"),
        };
        flags |= field.Mods.Has("static") || field.Mods.Has("const") ? FieldAttributes.Static : 0;
        flags |= field.Mods.Has("readonly") ? FieldAttributes.InitOnly : 0;
        flags |= field.Mods.Has("const") ? FieldAttributes.Literal | FieldAttributes.HasDefault : 0;
        var result = new FieldDefinition(field.Name, flags, Signature(field.Type));
        if (field.Constant is not null)
        {
            result.Constant = field.Constant.Value;
        }

        Attach(result, field.Attributes);
        return result;
    }

    private MethodDefinition Method(TypeDefinition target, ApiType type, ApiMethod method, bool isAccessor = false)
    {
        var flags = MethodFlags(method.Access, method.Mods);
        if (method.Name == ".ctor")
        {
            flags |= MethodAttributes.SpecialName | MethodAttributes.RTSpecialName;
        }

        if ((isAccessor || method.Name.StartsWith("op_", StringComparison.Ordinal) || method.Mods.Has("special")) && !method.Mods.Has("nospecial"))
        {
            flags |= MethodAttributes.SpecialName;
        }

        var result = new MethodDefinition(method.Name, flags, Signature(method.ReturnType))
        {
            HasThis = !method.Mods.Has("static"),
            ImplAttributes = type.Kind == "delegate" ? MethodImplAttributes.Runtime : MethodImplAttributes.IL,
        };
        foreach (var parameter in method.Parameters)
        {
            result.Parameters.Add(Parameter(parameter));
        }

        if (method.Mods.Has("readonly"))
        {
            Mark(result, "IsReadOnlyAttribute");
        }

        Attach(result, method.Attributes);
        Attach(result.MethodReturnType, method.ReturnAttributes);
        target.Methods.Add(result);
        return result;
    }

    private static MethodAttributes MethodFlags(string access, ApiMods mods)
    {
        var flags = access switch
        {
            "public" => MethodAttributes.Public,
            "protected" => MethodAttributes.Family,
            "protinternal" => MethodAttributes.FamORAssem,
            _ => throw new FormatException($"access '{access}'"),
        };
        flags |= mods.Has("hidebyname") ? 0 : MethodAttributes.HideBySig;
        flags |= mods.Has("static") ? MethodAttributes.Static : 0;
        flags |= mods.Has("virtual") ? MethodAttributes.Virtual : 0;
        flags |= mods.Has("newslot") ? MethodAttributes.NewSlot : 0;
        flags |= mods.Has("abstract") ? MethodAttributes.Abstract : 0;
        flags |= mods.Has("final") ? MethodAttributes.Final : 0;
        return flags;
    }

    private ParameterDefinition Parameter(ApiParameter parameter)
    {
        var type = Signature(parameter.Type);
        var flags = parameter.Direction switch
        {
            "out" or "[out]" => ParameterAttributes.Out,
            "in" or "[in]" => ParameterAttributes.In,
            _ => ParameterAttributes.None,
        };
        var isReference = parameter.Direction is "ref" or "out" or "in";
        var result = new ParameterDefinition(parameter.Name, flags, isReference ? new ByReferenceType(type) : type);
        if (parameter.Direction == "params")
        {
            Attach(result, [new ApiAttribute("System.ParamArrayAttribute", [], [])]);
        }

        if (parameter.Direction == "in")
        {
            Mark(result, "IsReadOnlyAttribute");
        }

        if (parameter.Default is not null)
        {
            result.Attributes |= ParameterAttributes.Optional | ParameterAttributes.HasDefault;
            result.Constant = parameter.Default.Value;
        }

        Attach(result, parameter.Attributes);
        return result;
    }

    private void Property(TypeDefinition target, ApiType type, ApiProperty property)
    {
        var accessors = property.Accessors.ToDictionary(accessor => accessor.Word, accessor => Accessor(target, type, property, accessor));
        if (property.IsEvent)
        {
            var @event = new EventDefinition(property.Name, EventAttributes.None, Signature(property.Type))
            {
                AddMethod = accessors["add"],
                RemoveMethod = accessors["remove"],
            };
            Attach(@event, property.Attributes);
            target.Events.Add(@event);
            return;
        }

        var result = new PropertyDefinition(property.Name, PropertyAttributes.None, Signature(property.Type))
        {
            HasThis = !property.Accessors[0].Mods.Has("static"),
            GetMethod = accessors.GetValueOrDefault("get"),
            SetMethod = accessors.GetValueOrDefault("set"),
        };
        Attach(result, property.Attributes);
        target.Properties.Add(result);
    }

    private MethodDefinition Accessor(TypeDefinition target, ApiType type, ApiProperty property, ApiAccessor accessor)
    {
        var returns = accessor.Word == "get";
        var parameters = returns
            ? property.Parameters
            : [.. property.Parameters, new ApiParameter("", property.Type, "value", null, [])];
        var method = new ApiMethod(
            accessor.Access, accessor.Mods, returns ? property.Type : "void", $"{accessor.Word}_{property.Name}", parameters);
        method.Attributes.AddRange(accessor.Attributes);
        return Method(target, type, method, isAccessor: true);
    }

    private void Attach(ICustomAttributeProvider target, IEnumerable<ApiAttribute> attributes)
    {
        foreach (var attribute in attributes)
        {
            var type = Named(attribute.Type).Resolve();
            var constructor = type.Methods.FirstOrDefault(method => method.IsConstructor && Takes(method, attribute.Arguments))
                ?? Announced(attribute, type);
            var result = new CustomAttribute(module.ImportReference(constructor));
            foreach (var argument in attribute.Arguments)
            {
                result.ConstructorArguments.Add(new CustomAttributeArgument(Signature(argument.Type), argument.Value));
            }

            foreach (var named in attribute.Named)
            {
                var value = new CustomAttributeNamedArgument(
                    named.Name, new CustomAttributeArgument(Signature(named.Value.Type), named.Value.Value));
                (named.IsField ? result.Fields : result.Properties).Add(value);
            }

            target.CustomAttributes.Add(result);
        }
    }

    private static bool Takes(MethodDefinition constructor, IReadOnlyList<ApiConstant> arguments) =>
        constructor.Parameters.Select(parameter => KeywordOf(parameter.ParameterType)).SequenceEqual(arguments.Select(argument => argument.Type));

    /// <summary>The constructor of an attribute type of this assembly whose members are not filled in yet: a reference to what will be there.</summary>
    private MethodReference Announced(ApiAttribute attribute, TypeDefinition type)
    {
        if (type.Module != module)
        {
            throw new FormatException($"no constructor of {attribute.Type} takes these arguments");
        }

        var result = new MethodReference(".ctor", module.TypeSystem.Void, type) { HasThis = true };
        foreach (var argument in attribute.Arguments)
        {
            result.Parameters.Add(new ParameterDefinition(Signature(argument.Type)));
        }

        return result;
    }

    /// <summary>Attaches an attribute that the compiler knows by name and that is not public: every assembly has its own.</summary>
    private void Mark(ICustomAttributeProvider target, string name)
    {
        const string Namespace = "System.Runtime.CompilerServices";
        var type = module.GetType(Namespace, name);
        if (type is null)
        {
            type = new TypeDefinition(Namespace, name, TypeAttributes.NotPublic | TypeAttributes.Sealed, Named("System.Attribute"));
            type.Methods.Add(new MethodDefinition(
                ".ctor",
                MethodAttributes.Public | MethodAttributes.HideBySig | MethodAttributes.SpecialName | MethodAttributes.RTSpecialName,
                module.TypeSystem.Void));
            module.Types.Add(type);
        }

        target.CustomAttributes.Add(new CustomAttribute(type.Methods[0]));
    }

    /// <summary>The type of a full name: of this assembly, else of one it refers to.</summary>
    private TypeReference Named(string name)
    {
        if (own.TryGetValue(name, out var definition))
        {
            return definition;
        }

        var found = references.Select(reference => reference.GetType(name)).FirstOrDefault(type => type is not null)
            ?? throw new FormatException($"{assembly.Name}: no type '{name}'");
        return module.ImportReference(found);
    }

    /// <summary>The type of a signature: keyword or full name, with array and pointer suffixes.</summary>
    private TypeReference Signature(string text)
    {
        if (!signatures.TryGetValue(text, out var type))
        {
            type = text switch
            {
                _ when text.EndsWith("[]", StringComparison.Ordinal) => new ArrayType(Signature(text[..^2])),
                _ when text.EndsWith('*') => new PointerType(Signature(text[..^1])),
                "void" => module.TypeSystem.Void,
                "bool" => module.TypeSystem.Boolean,
                "char" => module.TypeSystem.Char,
                "sbyte" => module.TypeSystem.SByte,
                "byte" => module.TypeSystem.Byte,
                "short" => module.TypeSystem.Int16,
                "ushort" => module.TypeSystem.UInt16,
                "int" => module.TypeSystem.Int32,
                "uint" => module.TypeSystem.UInt32,
                "long" => module.TypeSystem.Int64,
                "ulong" => module.TypeSystem.UInt64,
                "float" => module.TypeSystem.Single,
                "double" => module.TypeSystem.Double,
                "string" => module.TypeSystem.String,
                "object" => module.TypeSystem.Object,
                "nint" => module.TypeSystem.IntPtr,
                "nuint" => module.TypeSystem.UIntPtr,
                _ => Named(text),
            };
            signatures.Add(text, type);
        }

        return type;
    }

    private static string KeywordOf(TypeReference type) => type.FullName switch
    {
        "System.Boolean" => "bool",
        "System.Char" => "char",
        "System.SByte" => "sbyte",
        "System.Byte" => "byte",
        "System.Int16" => "short",
        "System.UInt16" => "ushort",
        "System.Int32" => "int",
        "System.UInt32" => "uint",
        "System.Int64" => "long",
        "System.UInt64" => "ulong",
        "System.Single" => "float",
        "System.Double" => "double",
        "System.String" => "string",
        "System.Object" => "object",
        var name => name,
    };
}
