using DeviceTwin.SensorNode.Simulator.Board;

namespace DeviceTwin.Tests.SensorNode.Simulator.Board;

/// <summary>The register model against the data sheet's tables, byte by byte, without the driver.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class Mcp9808ModelTests
{
    private readonly SimulatedClock _clock = new();
    private readonly TestMachine _machine = TestMachine.Still();

    [TestCase(25.25, 0x01, 0x94)]
    [TestCase(0.0, 0x00, 0x00)]
    [TestCase(0.0625, 0x00, 0x01)]
    [TestCase(-0.0625, 0x1F, 0xFF)]
    [TestCase(-40.0, 0x1D, 0x80)]
    [TestCase(125.0, 0x07, 0xD0)]
    public void Ambient_temperature_is_twos_complement_sixteenths(double celsius, int high, int low)
    {
        _machine.Celsius = celsius;
        Assert.That(Read(new Mcp9808Model(_clock, _machine), 0x05, 2), Is.EqualTo(new[] { (byte)high, (byte)low }));
    }

    [Test]
    public void It_says_who_it_is()
    {
        Mcp9808Model model = new(_clock, _machine);
        Assert.That(Read(model, 0x06, 2), Is.EqualTo(new byte[] { 0x00, 0x54 }));
        Assert.That(Read(model, 0x07, 2), Is.EqualTo(new byte[] { 0x04, 0x00 }));
        Assert.That(Read(model, 0x08, 1), Is.EqualTo(new byte[] { 0x03 }));
    }

    [Test]
    public void It_converts_four_times_a_second_and_not_at_all_in_shutdown()
    {
        Mcp9808Model model = new(_clock, _machine);
        Assert.That(Read(model, 0x05, 2), Is.EqualTo(new byte[] { 0x01, 0x40 }), "20 degrees");
        _machine.Celsius = 21;
        _clock.AdvanceToMs(200);
        Assert.That(Read(model, 0x05, 2), Is.EqualTo(new byte[] { 0x01, 0x40 }));
        _clock.AdvanceToMs(250);
        Assert.That(Read(model, 0x05, 2), Is.EqualTo(new byte[] { 0x01, 0x50 }));
        model.Write([0x01, 0x01, 0x00]);
        _machine.Celsius = 50;
        _clock.AdvanceToMs(1000);
        Assert.That(Read(model, 0x05, 2), Is.EqualTo(new byte[] { 0x01, 0x50 }), "shut down");
    }

    private static byte[] Read(Mcp9808Model model, byte register, int count)
    {
        byte[] received = new byte[count];
        Assert.That(model.Write([register]) && model.Read(received), Is.True);
        return received;
    }
}
