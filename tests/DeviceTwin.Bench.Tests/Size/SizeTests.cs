using System.Text.Json;
using DeviceTwin.Bench;
using DeviceTwin.Bench.Size;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Signal;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DeviceTwin.Tests.Bench.Size;

/// <summary>The detector keeps within its memory and flash, and the formulas that say so give what was measured.</summary>
public sealed class SizeTests
{
    private static IEnumerable<HeapSize> Heaps() => Sizes.Heap();

    private static IEnumerable<RoomSize> Rooms() => Sizes.Pe();

    [TestCaseSource(nameof(Heaps))]
    public void A_detector_keeps_its_heap(HeapSize heap)
    {
        Assert.That(heap.Bytes, Is.GreaterThan(0).And.LessThanOrEqualTo(heap.Budget), heap.ToString());
    }

    [TestCaseSource(nameof(Rooms))]
    public void A_room_keeps_its_flash(RoomSize room)
    {
        Assert.That(room.Size.Total, Is.GreaterThan(0).And.LessThanOrEqualTo(room.Budget), room.ToString());
    }

    [Test]
    public void Heap_blocks_are_counted_as_the_garbage_collector_of_the_virtual_device_counted_them()
    {
        // Measured there: blocks have 24 bytes on a 64-bit host.
        Assert.Multiple(() =>
        {
            Assert.That(new HeapModel(24).Add(new float[1000]), Is.EqualTo(4032));
            Assert.That(new HeapModel(24).Add(new short[1001]), Is.EqualTo(2040));
            Assert.That(new HeapModel(24).Add(new object[100]), Is.EqualTo(2448));
        });
    }

    [Test]
    public void Heap_blocks_of_a_device_have_twelve_bytes()
    {
        Assert.Multiple(() =>
        {
            Assert.That(new HeapModel().Add(new float[1000]), Is.EqualTo(4020), "20 + 4000");
            Assert.That(new HeapModel().Add(new short[1]), Is.EqualTo(24), "20 + 2, rounded up");
            Assert.That(new HeapModel().Add(new byte[2][]), Is.EqualTo(48), "20 + 2 × 12, rounded up");
            Assert.That(new HeapModel().Add(new byte[][] { new byte[1], new byte[1] }), Is.EqualTo(48 + 24 + 24));
            Assert.That(new HeapModel().Add(new Sample()), Is.EqualTo(12 + (4 * 12) + 24 + 12), "object, four fields, array, string");
            Assert.That(new HeapModel().Add(null), Is.Zero);
        });
    }

    [Test]
    public void What_was_counted_is_not_counted_again()
    {
        var model = new HeapModel();
        var capture = new Capture(100);
        long whole = model.Add(capture);

        Assert.That(model.Add(capture), Is.Zero);
        Assert.That(model.Add(capture.Samples), Is.Zero);
        Assert.That(whole, Is.GreaterThan(220));
    }

    [Test]
    public void A_detector_is_counted_with_its_static_tables()
    {
        long alone = new HeapModel().Add(new Detector(2048));

        Assert.That(Sizes.Heap().Single(heap => heap.Part == "detector.2048").Bytes, Is.EqualTo(alone + Sizes.Tables()));
    }

    [Test]
    public void Static_tables_count_with_their_fields()
    {
        long bytes = new HeapModel().AddStatics(typeof(SizeTests).Assembly, "DeviceTwin.Tests.Bench.Size.Tables");

        Assert.That(bytes, Is.EqualTo(12 + 420 + 12), "a field and its table of 100 floats, a field with a number; no constant");
    }

    [Test]
    public void An_array_literal_belongs_to_who_uses_it()
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(typeof(SizeTests).Assembly.Location);

        FieldDefinition literal = PeModel.Literals(module.GetTypes().Where(type => type.Name == nameof(Written))).Single();

        Assert.That(literal.InitialValue, Is.EqualTo(Written.Table));
    }

    [Test]
    public void Flash_is_what_the_metadata_processor_writes()
    {
        var module = ModuleDefinition.CreateModule("Samples", ModuleKind.Dll);
        var type = new TypeDefinition("N", "Type", TypeAttributes.Public, module.TypeSystem.Object);
        type.Fields.Add(new FieldDefinition("F", FieldAttributes.Public, module.TypeSystem.Int32));
        type.Fields.Add(new FieldDefinition("C", FieldAttributes.Literal | FieldAttributes.Static, module.TypeSystem.Int32) { Constant = 1 });
        var method = new MethodDefinition("M", MethodAttributes.Public, module.TypeSystem.Void);
        ILProcessor il = method.Body.GetILProcessor();
        Instruction end = il.Create(OpCodes.Ret);
        il.Emit(OpCodes.Ldstr, "text");
        il.Emit(OpCodes.Pop);
        il.Emit(OpCodes.Call, method);
        il.Emit(OpCodes.Ldc_R4, 1f);
        il.Emit(OpCodes.Pop);
        il.Emit(OpCodes.Br, end);
        il.Append(end);
        type.Methods.Add(method);

        PeSize size = new PeModel(module).Add([type]);

        Assert.Multiple(() =>
        {
            Assert.That(size.Records, Is.EqualTo(24 + 8 + 16), "a type, a field, a method; constants are no records");
            Assert.That(size.Code, Is.EqualTo(3 + 1 + 3 + 5 + 1 + 3 + 1), "tokens and far branches take 2 bytes");
            Assert.That(size.Strings, Is.EqualTo("Type N F M text ".Length));
            Assert.That(size.Signatures, Is.EqualTo(1 + 3), "int; instance, no parameters, void");
        });
    }

    [Test]
    public void For_machines_the_verb_prints_heap_and_rooms()
    {
        var (code, output, error) = VerbsTests.Run("size", "--json");

        using JsonDocument document = JsonDocument.Parse(output);
        Assert.That(code, Is.EqualTo(Verbs.Done), error);
        Assert.That(
            document.RootElement.GetProperty("heap").EnumerateArray().Select(row => row.GetProperty("part").GetString()),
            Is.SupersetOf(new[] { "detector.1024", "detector.2048", "detector.4096", "detector.8192" }));
        Assert.That(
            document.RootElement.GetProperty("pe").EnumerateArray().Select(row => row.GetProperty("room").GetString()),
            Is.EqualTo(new[] { "Signal", "Detection", "Twin" }));
    }

    private static class Written
    {
        public static readonly byte[] Table = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3];
    }

    private sealed class Sample
    {
        public readonly long Number = 1;
        public readonly bool Flag = true;
        public readonly byte[] Bytes = new byte[3];
        public readonly string Text = "a literal's text stays in flash";
    }
}
