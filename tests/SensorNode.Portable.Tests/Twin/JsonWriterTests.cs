using System.Globalization;
using System.Text;
using DeviceTwin.SensorNode.Twin.Json;
using FsCheck.Fluent;

namespace DeviceTwin.Tests.SensorNode.Portable.Twin;

public sealed class JsonWriterTests
{
    [Test]
    public void WritesNestedDocumentsWithCommasWhereTheyBelong()
    {
        var writer = new JsonWriter(8, 1000);
        writer.StartObject();
        writer.Member("a", 1);
        writer.Name("b");
        writer.StartObject();
        writer.EndObject();
        writer.Member("c", [1, 2, 3], 2);
        writer.Member("d", true);
        writer.Name("e");
        writer.Null();
        writer.Member("f", "x\"\\\n");
        writer.EndObject();
        Assert.That(Encoding.UTF8.GetString(writer.ToArray()), Is.EqualTo("""{"a":1,"b":{},"c":[1,2],"d":true,"e":null,"f":"x\"\\\u000a"}"""));
    }

    [Test]
    public void NeverExceedsItsBound()
    {
        var writer = new JsonWriter(8, 16);
        writer.Value("12345678901234");
        Assert.That(writer.Overflowed, Is.False);
        Assert.That(writer.Length, Is.EqualTo(16));
        writer.Value("more");
        Assert.That(writer.Overflowed, Is.True);
        Assert.That(writer.Length, Is.EqualTo(16));
        writer.Clear();
        Assert.That(writer.Overflowed, Is.False);
    }

    [TestCase(0)]
    [TestCase(9)]
    [TestCase(10)]
    [TestCase(-1)]
    [TestCase(int.MaxValue)]
    [TestCase(int.MinValue)]
    [TestCase(long.MaxValue)]
    [TestCase(long.MinValue)]
    [TestCase(1000000000000000000)]
    [TestCase(999999999999999999)]
    public void DigitsAreThoseOfTheNumber(long value) =>
        Assert.That(Digits.Text(value), Is.EqualTo(value.ToString(CultureInfo.InvariantCulture)));

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public FsCheck.Property DigitsOfAnyNumber() => Prop.ForAll<long, int>((value, shift) =>
        Digits.Text(value >> (shift & 63)) == (value >> (shift & 63)).ToString(CultureInfo.InvariantCulture));

    [TestCase("0", 0)]
    [TestCase("2147483647", int.MaxValue)]
    [TestCase("2147483648", -1)]
    [TestCase("99999999999", -1)]
    [TestCase("", -1)]
    [TestCase("1a", -1)]
    [TestCase("-1", -1)]
    public void ParseReadsUnsignedNumbersOnly(string text, int expected) => Assert.That(Digits.Parse(text), Is.EqualTo(expected));
}
