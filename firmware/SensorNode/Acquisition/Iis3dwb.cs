using System.Device.Spi;

namespace DeviceTwin.SensorNode.Acquisition;

/// <summary>ST IIS3DWB: 26.7 kHz, flat to 6 kHz, for boards with PSRAM (data sheet DS12569).</summary>
/// <remarks>
/// Its FIFO lasts 19 ms, and at 26.7 kHz an interpreted loop over every sample takes as long as the samples themselves: during a capture the
/// bus fills memory by itself, afterwards there is time to read the words.
/// </remarks>
public sealed class Iis3dwb : StAccelerometer
{
    /// <summary>Content of WHO_AM_I.</summary>
    public const byte DeviceId = 0x7B;

    /// <param name="bus">SPI bus with the sensor's chip select.</param>
    public Iis3dwb(SpiDevice bus)
        : base(bus, Describe(), DeviceId, StRegisters.FullRate)
    {
    }

    private static AccelerometerFacts Describe()
    {
        var facts = new AccelerometerFacts();
        facts.NominalRateMilliHertz = 26667000;

        // With all three axes on, typical.
        facts.NoiseNanoGPerRootHertz = 75000;
        facts.FifoWords = FifoWords;
        facts.FifoMilliseconds = 19;
        facts.BurstMilliseconds = 8;
        facts.SettlingMilliseconds = 10;
        facts.UnpacksAtOnce = false;
        facts.SelfTestLeastMilliG = 800;
        facts.SelfTestMostMilliG = 3200;
        return facts;
    }
}
