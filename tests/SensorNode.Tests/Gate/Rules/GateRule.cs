namespace DeviceTwin.Tests.SensorNode.Gate.Rules;

/// <summary>One rule of the gate.</summary>
/// <param name="Code">Stable: never given to another rule.</param>
/// <param name="Title">What is forbidden.</param>
/// <param name="Hint">What to do instead.</param>
internal sealed record GateRule(string Code, string Title, string Hint)
{
    // 0xx: the compilation. C# features whose types nanoFramework does not have are refused by the compiler itself; the well-known ones have their own code.
    public static readonly GateRule DoesNotCompile = new(
        "GATE001", "does not compile for nanoFramework", "Use what nanoframework-api.txt lists; firmware/README.md says what the runtime has.");

    public static readonly GateRule NamespaceIsFolder = new(
        "GATE002", "namespace is not the room", "Declare namespace DeviceTwin.SensorNode.<Room>, as the folder says: a reader finds files by it.");

    public static readonly GateRule ConditionalCompilation = new(
        "GATE003", "conditional compilation", "Put what differs behind a platform interface: the board must run what the gate and .NET have seen.");

    public static readonly GateRule NullableValue = new(
        "GATE010", "Nullable<T>", "Use a sentinel value (int.MinValue, -1) or a second field that says whether there is a value.");

    public static readonly GateRule SpanOfT = new(
        "GATE011", "Span<T>", "Use an array with offset and count, or System.SpanByte towards a bus.");

    public static readonly GateRule Async = new(
        "GATE012", "async method", "Write a Step(nowMs) that says when it next wants to run.");

    public static readonly GateRule Iterator = new(
        "GATE013", "iterator", "Fill an array or write the loop out.");

    public static readonly GateRule VolatileField = new(
        "GATE014", "volatile field", "Take a lock, or use System.Threading.Interlocked.");

    public static readonly GateRule MissingFeature = new(
        "GATE015", "language feature without its types",
        "Tuples, ranges, decimal, records, dynamic and generic collections need types that nanoFramework does not have.");

    public static readonly GateRule UnsafeCode = new(
        "GATE016", "unsafe code", "The metadata processor fails on pointers: index an array.");

    // 1xx: what compiles and fails or lies on the runtime.
    public static readonly GateRule Generics = new(
        "GATE101", "generic type or method", "The 1.x runtime returns wrong values or dies: write the type out, or use object and a cast.");

    public static readonly GateRule MultiDimensionalArray = new(
        "GATE102", "multi-dimensional array", "The runtime dies at start: use one array and an index, or an array of arrays.");

    public static readonly GateRule Pointer = new(
        "GATE103", "pointer, fixed or stackalloc", "The metadata processor fails on pointers and localloc throws: index an array.");

    public static readonly GateRule InterfaceBody = new(
        "GATE104", "interface member with a body", "It throws when called: put the body into a class.");

    public static readonly GateRule TooManySlots = new(
        "GATE105", "more than 255 locals, parameters or stack slots", "The runtime counts them in a byte: split the method.");

    public static readonly GateRule LongMethod = new(
        "GATE106", "method too long for 16-bit branches", "Keep a method below 32 KB of IL: split it.");

    public static readonly GateRule CheckedArithmetic = new(
        "GATE107", "checked arithmetic", "It has no effect on the runtime: test the range before the operation.");

    public static readonly GateRule VolatilePrefix = new(
        "GATE108", "volatile access", "The runtime ignores it: take a lock, or use System.Threading.Interlocked.");

    public static readonly GateRule UnsignedTakenForSigned = new(
        "GATE109", "unsigned value where a signed one is meant",
        "A cast changes nothing for the runtime, which shifts and widens it as unsigned: store it in an int, or go through another width, (int)(long)x.");

    // 2xx: the exactness contract of Signal, Detection and Twin.
    public static readonly GateRule DoublePrecision = new(
        "GATE201", "double", "Exact rooms compute with integers or float: write 1.5f, and scale what needs more digits to an integer unit.");

    public static readonly GateRule FloatDivision = new(
        "GATE202", "float division or remainder", "Call Signal/Division, or multiply by a constant: the runtime throws where .NET gives infinity.");

    public static readonly GateRule FloatToInteger = new(
        "GATE203", "float to integer", "Call Signal/Rounding: a plain cast differs between processors outside the integer's range.");

    public static readonly GateRule PlatformMath = new(
        "GATE204", "System.Math, Random or Convert", "Use the room's own algorithm: ESP32 computes System.Math in float, .NET in double.");

    public static readonly GateRule NumberText = new(
        "GATE205", "number to text or back by the platform", "Write digits by the codec's own routine: the runtimes format numbers differently.");

    public static readonly GateRule UnmaskedShift = new(
        "GATE206", "shift by a count that is neither constant nor masked", "Mask the count (n & 31): processors disagree beyond the width.");

    public static readonly GateRule ComputedTable = new(
        "GATE207", "static field that is computed", "Tables are literals: write the values out or generate the source.");

    public static readonly GateRule MutableStatic = new(
        "GATE208", "static field that changes", "Exact rooms are pure: keep state in an object that the caller owns.");

    public static readonly GateRule UnsignedToFloat = new(
        "GATE209", "unsigned integer to float", "It goes through double on .NET: cast to int first, where the value fits.");

    public static readonly GateRule LongToFloat = new(
        "GATE210", "long to float", "Nothing says that all runtimes round it alike: convert two parts of at most 24 bits, or keep integers.");

    // 3xx: the rooms: who may touch hardware, threads and clocks.
    public static readonly GateRule HardwareDoor = new(
        "GATE301", "opens hardware, files or the network", "Only Boards/ and Program.cs do: receive the bus or one of the platform interfaces.");

    public static readonly GateRule Threading = new(
        "GATE302", "starts or blocks a thread", "Only Program.cs and Boards/Esp32 do: write a Step(nowMs) that says when it next wants to run.");

    public static readonly GateRule Clock = new(
        "GATE303", "reads a clock", "Only Program.cs and Boards/Esp32 do: take the time as a parameter.");

    public static readonly GateRule Chance = new(
        "GATE304", "unseeded or platform randomness", "Take a seed and use an own generator: sequences of System.Random differ between the runtimes.");

    // 4xx: members that both worlds have and that behave differently.
    public static readonly GateRule BehavesDifferently = new(
        "GATE401", "behaves differently on .NET", "Use a member that behaves the same in both worlds.");

    public static readonly GateRule DivergentText = new(
        "GATE402", "text of a float or an enum", "Format an integer, or look the word up in a table: the runtime prints 10000000E+10 and an enum's number.");

    // 5xx: the .NET build.
    public static readonly GateRule OpcodesDiffer = new(
        "GATE501", "IL differs from the .NET build", "Write it so that both compilers choose the same members: instruction counts on .NET must be the board's.");

    /// <summary>Every rule, in the order of codes.</summary>
    public static IReadOnlyList<GateRule> All { get; } =
    [
        .. typeof(GateRule).GetFields()
            .Where(field => field.FieldType == typeof(GateRule))
            .Select(field => (GateRule)field.GetValue(null)!)
            .OrderBy(rule => rule.Code, StringComparer.Ordinal),
    ];
}
