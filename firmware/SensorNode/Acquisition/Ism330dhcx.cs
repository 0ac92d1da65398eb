using System.Device.Spi;

namespace DeviceTwin.SensorNode.Acquisition;

/// <summary>ST ISM330DHCX: its accelerometer alone, at 6.667 kHz, for boards without PSRAM (data sheet DS13012). The gyroscope stays off.</summary>
/// <remarks>
/// Its FIFO lasts 77 ms, so there is time to read the samples out of each burst at once, and memory holds raw words of one FIFO only.
/// The self-test runs at 52 Hz and 4 g, as ST's own example does.
/// </remarks>
public sealed class Ism330dhcx : StAccelerometer
{
    /// <summary>Content of WHO_AM_I.</summary>
    public const byte DeviceId = 0x6B;

    /// <summary>CTRL1_XL, ODR_XL = 0011b: 52 Hz.</summary>
    private const byte FiftyTwoHertz = 0x30;

    /// <param name="bus">SPI bus with the sensor's chip select.</param>
    public Ism330dhcx(SpiDevice bus)
        : base(bus, Describe(), DeviceId, FiftyTwoHertz)
    {
    }

    /// <inheritdoc/>
    protected override bool WriteExtras()
    {
        return Write(StRegisters.Ctrl9Xl, StRegisters.DeviceConf);
    }

    private static AccelerometerFacts Describe()
    {
        var facts = new AccelerometerFacts();
        facts.NominalRateMilliHertz = 6667000;

        // Not less than the typical values of all ranges: a floor that is said too high refuses, one said too low invents.
        facts.NoiseNanoGPerRootHertz = 80000;
        facts.FifoWords = FifoWords;
        facts.FifoMilliseconds = 76;
        facts.BurstMilliseconds = 30;
        facts.SettlingMilliseconds = 10;
        facts.UnpacksAtOnce = true;
        facts.SelfTestLeastMilliG = 90;
        facts.SelfTestMostMilliG = 1700;
        return facts;
    }
}
