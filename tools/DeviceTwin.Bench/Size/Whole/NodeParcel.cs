namespace DeviceTwin.Bench.Size.Whole;

/// <summary>What of a simulated node is firmware: the board around it is not counted.</summary>
public static class NodeParcel
{
    private const string Firmware = "DeviceTwin.SensorNode";
    private const string Around = Firmware + ".Simulator";

    /// <summary>Namespaces of SensorNode.Portable that no firmware has.</summary>
    private static readonly string[] NotOnTheDevice = [Around, Firmware + ".Recordings", Firmware + ".Bearings", Firmware + ".Forms", Firmware + ".Evidence"];

    /// <summary>Whether objects of a type are the firmware's.</summary>
    public static bool Belongs(Type type) => type == typeof(object) || Belongs(type.Namespace);

    /// <summary>Whether a namespace is the firmware's.</summary>
    public static bool Belongs(string? space) => IsIn(space, Firmware) && !NotOnTheDevice.Any(other => IsIn(space, other));

    /// <summary>Whether an object is the firmware's, or made for it: strings, arrays of numbers and of firmware's objects, boxed numbers.</summary>
    public static bool Counts(object one) => one switch
    {
        string => true,
        Array array => Element(array.GetType()) is var element && (element.IsPrimitive || element.IsEnum || element == typeof(string) || Belongs(element)),
        _ => one.GetType().IsPrimitive || Belongs(one.GetType()),
    };

    private static Type Element(Type type) => type.IsArray ? Element(type.GetElementType()!) : type;

    private static bool IsIn(string? space, string outer) => space is not null && (space == outer || space.StartsWith(outer + ".", StringComparison.Ordinal));
}
