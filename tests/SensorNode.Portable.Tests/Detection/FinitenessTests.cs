using System.Reflection;
using System.Runtime.Loader;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.Tests.SensorNode.Portable.Signal;
using FsCheck;
using FsCheck.Fluent;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;
using MethodBody = Mono.Cecil.Cil.MethodBody;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>
/// All float results are finite. The library is instrumented: every float that is stored, returned or put into an array is looked at. Then
/// full-range inputs and extreme settings are driven through it.
/// </summary>
public sealed class FinitenessTests
{
    private Assembly _instrumented = null!;

    /// <summary>What the instrumented code calls; public so that it can.</summary>
    public static float Check(float value) =>
        float.IsFinite(value) ? value : throw new NotFiniteNumberException($"{value} appeared");

    [OneTimeSetUp]
    public void Instrument()
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(typeof(Capture).Assembly.Location);
        MethodReference check = assembly.MainModule.ImportReference(typeof(FinitenessTests).GetMethod(nameof(Check)));
        int checks = assembly.MainModule.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody)
            .Sum(method => InsertChecks(method, check));
        Assert.That(checks, Is.GreaterThan(300), "the instrumentation found its places");
        var stream = new MemoryStream();
        assembly.Write(stream);
        stream.Position = 0;
        _instrumented = new AssemblyLoadContext("instrumented").LoadFromStream(stream);
    }

    [Test]
    public void The_instrumentation_catches_what_is_not_finite()
    {
        MethodInfo root = _instrumented.GetType("DeviceTwin.SensorNode.Signal.SquareRoot")!.GetMethod("Of")!;

        Assert.That(() => root.Invoke(null, [float.PositiveInfinity]), Throws.InnerException.TypeOf<NotFiniteNumberException>());
        Assert.That(() => root.Invoke(null, [float.MaxValue]), Throws.Nothing);
    }

    [Test]
    public void Full_range_inputs_and_extreme_settings_give_finite_floats_only()
    {
        dynamic[] detectors = [Create("Detection.Detector", 8192), Create("Detection.Detector", 2048), Create("Detection.Detector", 1024)];
        dynamic result = Create("Detection.DetectorResult");
        dynamic capture = Create("Signal.Capture", 65536);
        Gen<int> extremes = Gen.OneOf(
            Gen.Elements(int.MinValue, -1, 0, 1, 100, 500, 999, 5400, 5600, 29950, 1000000, int.MaxValue), Gen.Choose(0, 100000));
        Gen<int[]> settings = Gen.ArrayOf(extremes, 64);
        int analysed = 0;
        int measured = 0;

        FsCheck.Check.One(Properties.Config, Prop.ForAll(Properties.Seeds, settings.ToArbitrary(), (seed, values) =>
        {
            // Rates of 5 to 110 kHz and units of 0 to 10^7 nano-g, now and then anything.
            var random = new System.Random(seed);
            Fill(capture.Samples, random);
            capture.Count = random.Next(6) == 0 ? random.Next(65537) : random.Next(2) == 0 ? 32768 : 65536;
            capture.SampleRateMilliHertz = random.Next(10) == 0 ? values[60] : random.Next(3) == 0 ? 26667000 : random.Next(5000000, 110000001);
            capture.NanoGPerCount = random.Next(10) == 0 ? values[61] : random.Next(4) switch { 0 => 0, 1 => 1, 2 => 10000000, _ => 488000 };
            capture.NoiseNanoGPerRootHertz = random.Next(3) == 0 ? values[62] : 75000;
            capture.SaturatedCount = 0;
            dynamic detectorSettings = Settings(values, sane: random.Next(5) != 0);
            detectors[random.Next(3)].Analyze(capture, detectorSettings, result);
            analysed += (int)result.EnvelopeSpectrumCount > 0 ? 1 : 0;
            measured += (int)result.VelocityUmPerSecond >= 0 ? 1 : 0;
            return (int)result.EnvelopeSpectrumCount <= 512 && (int)result.VelocitySpectrumCount <= 512;
        }));

        Assert.That(measured, Is.GreaterThan(20), "a good part of the cases had a velocity");
        Assert.That(analysed, Is.GreaterThan(20), "a good part of the cases came through to the end");
    }

    /// <summary>Signals at the edges of what a sensor can deliver.</summary>
    private static void Fill(short[] samples, System.Random random)
    {
        int kind = random.Next(8);
        int period = 1 << random.Next(1, 12);
        int peak = 1 << random.Next(0, 16);
        for (int i = 0; i < samples.Length; i++)
        {
            int value = kind switch
            {
                0 => random.Next(-32768, 32768),
                1 => (i & period) == 0 ? 32767 : -32768,
                2 => i % 40000 == period ? 32767 : 0,
                3 => i % (period * 16) == 0 ? -32768 : 1,
                4 => i < 20000 ? 0 : random.Next(-32768, 32768),
                5 => i & 1,
                6 => (int)(32767 * Math.Sin(2 * Math.PI * i / period)),
                _ => random.Next(-peak, peak + 1),
            };
            samples[i] = (short)Math.Clamp(value, -32768, 32767);
        }
    }

    private dynamic Settings(int[] values, bool sane)
    {
        object settings = Create("Detection.DetectorSettings");
        FieldInfo[] fields = settings.GetType().GetFields().Where(field => field.FieldType == typeof(int)).ToArray();
        for (int i = 0; i < fields.Length; i++)
        {
            bool machine = fields[i].Name.EndsWith("Orders", StringComparison.Ordinal) || fields[i].Name == "ShaftSpeedMilliHertz";
            bool band = fields[i].Name.StartsWith("Band", StringComparison.Ordinal);
            if (!sane)
            {
                fields[i].SetValue(settings, values[i]);
            }
            else if (band)
            {
                fields[i].SetValue(settings, values[i] & 0x3FFF);
            }
            else if (machine)
            {
                // A shaft of 6.5 to 100 Hz and orders up to 10; from any integer.
                fields[i].SetValue(settings, fields[i].Name == "ShaftSpeedMilliHertz" ? 6511 + (values[i] & 0xFFFF) : values[i] & 0x1FFF);
            }
        }

        return settings;
    }

    private object Create(string type, params object[] arguments) =>
        Activator.CreateInstance(_instrumented.GetType("DeviceTwin.SensorNode." + type)!, arguments)!;

    private static int InsertChecks(MethodDefinition method, MethodReference check)
    {
        MethodBody body = method.Body;
        Instruction[] places = body.Instructions.Where(instruction => TakesFloat(instruction, method)).ToArray();
        ILProcessor processor = body.GetILProcessor();
        body.SimplifyMacros();
        foreach (Instruction place in places)
        {
            // The place becomes the check and is written again behind it, so that jumps to it are checked too.
            Instruction copy = place.Operand switch
            {
                null => Instruction.Create(place.OpCode),
                VariableDefinition variable => Instruction.Create(place.OpCode, variable),
                ParameterDefinition parameter => Instruction.Create(place.OpCode, parameter),
                FieldReference field => Instruction.Create(place.OpCode, field),
                object other => throw new InvalidOperationException($"{place.OpCode} {other}"),
            };
            processor.InsertAfter(place, copy);
            place.OpCode = OpCodes.Call;
            place.Operand = check;
        }

        body.OptimizeMacros();
        return places.Length;
    }

    private static bool TakesFloat(Instruction instruction, MethodDefinition method) => instruction.OpCode.Code switch
    {
        Code.Stelem_R4 => true,
        Code.Ret => method.ReturnType.MetadataType == MetadataType.Single,
        Code.Stfld or Code.Stsfld => ((FieldReference)instruction.Operand).FieldType.MetadataType == MetadataType.Single,
        Code.Stloc_0 => IsFloat(method, 0),
        Code.Stloc_1 => IsFloat(method, 1),
        Code.Stloc_2 => IsFloat(method, 2),
        Code.Stloc_3 => IsFloat(method, 3),
        Code.Stloc or Code.Stloc_S => ((VariableDefinition)instruction.Operand).VariableType.MetadataType == MetadataType.Single,
        Code.Starg or Code.Starg_S => ((ParameterDefinition)instruction.Operand).ParameterType.MetadataType == MetadataType.Single,
        _ => false,
    };

    private static bool IsFloat(MethodDefinition method, int variable) =>
        method.Body.Variables[variable].VariableType.MetadataType == MetadataType.Single;
}
