using System.Text.Json;

namespace DeviceTwin.Tests.SensorNode.Portable.Golden;

/// <summary>The bits of real recordings' results. Runs where the recordings are.</summary>
public sealed class RecordingGoldenTests
{
    [Test]
    public void Recordings_have_the_bits_that_were_written_down()
    {
        string folder = TestFiles.RequireRecordings();
        var expected = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(TestFiles.InRepository(RecordingVectors.File)))!;

        var computed = RecordingVectors.Compute(folder).ToDictionary(vector => vector.Name, vector => vector.Hash);

        // Other recordings than those that were written down have nothing to be compared with.
        string[] known = [.. computed.Keys.Intersect(expected.Keys)];
        if (known.Length == 0)
        {
            Assert.Ignore($"None of the recordings in {folder} is one of {RecordingVectors.File}.");
        }

        Assert.That(computed.Where(vector => known.Contains(vector.Key)), Is.EquivalentTo(expected.Where(vector => known.Contains(vector.Key))));
    }

    [Test]
    public void Each_recording_has_bits_of_its_own()
    {
        // A detector that refused them all would give a few hashes only.
        Assert.That(RecordingVectors.Compute(TestFiles.RequireRecordings()).Select(vector => vector.Hash), Is.Unique);
    }

    [Test]
    public void Hashes_are_kept_and_nothing_else()
    {
        var expected = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(TestFiles.InRepository(RecordingVectors.File)))!;

        Assert.That(expected.Values, Is.Not.Empty.And.All.Matches("^[0-9a-f]{64}$"));
    }
}
