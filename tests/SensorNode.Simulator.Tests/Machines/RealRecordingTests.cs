using DeviceTwin.SensorNode.Recordings;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.Tests.SensorNode.Simulator.Machines;

/// <summary>The player on the real recordings, where they are at hand.</summary>
public class RealRecordingTests
{
    [Test]
    public void One_recording_of_each_data_set_plays_a_capture_at_the_level_it_can_vouch_for()
    {
        foreach (IGrouping<string, RecordingItem> set in RecordingIndex.Read(TestFiles.RequireRecordings()).GroupBy(item => item.Dataset))
        {
            if (!RecordingMachine.IsLongEnough(set.First()))
            {
                Assert.That(set.Key, Does.StartWith("IMS"), "one second");
                Assert.That(Assert.Throws<RecordingException>(() => new RecordingMachine(set.First()))!.Code, Is.EqualTo(RecordingException.TooShort));
                continue;
            }

            RecordingMachine machine = new(set.First());
            Assert.That(Spectrum.Capture(machine, 32768).Max(Math.Abs), Is.InRange(0.01, 16), set.Key);
            bool inKnownG = set.Key.StartsWith("CWRU", StringComparison.Ordinal);
            Assert.That(machine.AmplitudeKnown, Is.EqualTo(inKnownG), $"{set.Key}: HIT has no unit, MFPT goes beyond 16 g");
        }
    }

    [Test]
    public void Resampling_keeps_the_shaft_lines_of_a_real_machine_where_they_are()
    {
        // CWRU 97, healthy, 48 kHz: lines at 29.91 and 59.82 Hz as measured in the original.
        RecordingItem item = RecordingIndex.Read(TestFiles.RequireRecordings()).First(item => item.File.Contains("cwru48k_normal_DE"));
        Spectrum spectrum = Spectrum.Of(Spectrum.Capture(new RecordingMachine(item), 32768));
        Assert.That(spectrum.Strongest(50, 70), Is.EqualTo(59.82).Within(0.3));
    }
}
