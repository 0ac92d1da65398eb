namespace DeviceTwin.Tests.SensorNode.Gate.ApiList;

/// <summary>One assembly of the nanoFramework API list.</summary>
internal sealed record ApiAssembly(string Name, Version Version, byte[] PublicKey, ApiPackage Package)
{
    /// <summary>Names of the assemblies that this one refers to; empty for mscorlib, which is how a compiler knows the core library.</summary>
    public List<string> References { get; } = [];

    public List<ApiType> Types { get; } = [];
}

/// <summary>The package that carries an assembly.</summary>
/// <param name="Id">Package id as on the registry.</param>
/// <param name="Version">
/// Newest version that the list gives evidence of: the repository's last tag or what sibling projects reference, whichever is later.
/// Where the list knows major and minor only (its <c>1.2.x</c>), the third part is missing.
/// </param>
internal sealed record ApiPackage(string Id, Version Version);

/// <summary>A type; nested types are listed on their own and name their owner (<c>Namespace.Outer/Inner</c>).</summary>
internal sealed record ApiType(string Access, string Kind, ApiMods Mods, string Name, string? Base, IReadOnlyList<string> Interfaces)
{
    public List<string> GenericParameters { get; } = [];

    public List<ApiAttribute> Attributes { get; } = [];

    /// <summary>The enum's underlying type, null for other kinds.</summary>
    public string? Underlying { get; set; }

    public List<ApiEnumValue> Values { get; } = [];

    public List<ApiField> Fields { get; } = [];

    /// <summary>Methods and constructors (named <c>.ctor</c>, return type <c>void</c>).</summary>
    public List<ApiMethod> Methods { get; } = [];

    /// <summary>Properties and events.</summary>
    public List<ApiProperty> Properties { get; } = [];
}

/// <summary>The comma list of modifiers of a line.</summary>
internal sealed record ApiMods(IReadOnlyCollection<string> Words)
{
    public bool Has(string word) => Words.Contains(word);
}

internal sealed record ApiEnumValue(string Name, long Number)
{
    public List<ApiAttribute> Attributes { get; } = [];
}

/// <param name="Constant">The literal of a const field, null for other fields.</param>
internal sealed record ApiField(string Access, ApiMods Mods, string Type, string Name, ApiConstant? Constant)
{
    public List<ApiAttribute> Attributes { get; } = [];
}

internal sealed record ApiMethod(string Access, ApiMods Mods, string ReturnType, string Name, IReadOnlyList<ApiParameter> Parameters)
{
    public List<ApiAttribute> Attributes { get; } = [];

    public List<ApiAttribute> ReturnAttributes { get; } = [];
}

/// <param name="Direction">Empty, <c>ref</c>, <c>out</c>, <c>in</c>, <c>params</c>, <c>[in]</c> or <c>[out]</c>.</param>
/// <param name="Default">The constant of an optional parameter, null where the parameter must be given.</param>
internal sealed record ApiParameter(string Direction, string Type, string Name, ApiConstant? Default, IReadOnlyList<ApiAttribute> Attributes);

/// <param name="IsEvent">Whether this is an event, with the accessors add and remove.</param>
internal sealed record ApiProperty(string Type, string Name, IReadOnlyList<ApiParameter> Parameters, bool IsEvent)
{
    public List<ApiAttribute> Attributes { get; } = [];

    public List<ApiAccessor> Accessors { get; } = [];
}

/// <param name="Word"><c>get</c>, <c>set</c>, <c>add</c> or <c>remove</c>.</param>
internal sealed record ApiAccessor(string Word, string Access, ApiMods Mods)
{
    public List<ApiAttribute> Attributes { get; } = [];
}

internal sealed record ApiAttribute(string Type, IReadOnlyList<ApiConstant> Arguments, IReadOnlyList<ApiNamedArgument> Named);

internal sealed record ApiNamedArgument(bool IsField, string Name, ApiConstant Value);

/// <param name="Type">Signature type of the constant; <c>object</c> for a bare null.</param>
/// <param name="Value">The boxed CLR value, or null.</param>
internal sealed record ApiConstant(string Type, object? Value);
