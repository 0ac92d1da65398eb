using System.Reflection;
using System.Security.Cryptography;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.Tests.SensorNode.Portable.Signal;
using FsCheck;
using FsCheck.Fluent;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

public sealed class FingerprintTests
{
    [Test]
    public void Our_sha_256_is_that_of_dotnet_for_any_message_in_any_pieces()
    {
        var sha = new Sha256();
        Check.One(Properties.Config, Prop.ForAll<byte[], int>((message, cut) =>
        {
            int first = message.Length == 0 ? 0 : (int)((uint)cut % (uint)message.Length);
            sha.Reset();
            sha.Add(message, 0, first);
            sha.Add(message, first, message.Length - first);
            return sha.Finish().SequenceEqual(SHA256.HashData(message));
        }));
    }

    [Test]
    public void Every_length_around_a_block_is_padded_right()
    {
        foreach (int length in Enumerable.Range(0, 200))
        {
            byte[] message = Enumerable.Range(0, length).Select(i => (byte)(i * 7)).ToArray();
            var sha = new Sha256();
            sha.Add(message, 0, length);
            Assert.That(sha.Finish(), Is.EqualTo(SHA256.HashData(message)), $"{length} bytes");
        }
    }

    [Test]
    public void Integers_are_hashed_as_four_bytes_least_significant_first()
    {
        var sha = new Sha256();
        sha.AddInteger(unchecked((int)0x89ABCDEF));

        Assert.That(sha.Finish(), Is.EqualTo(SHA256.HashData([0xEF, 0xCD, 0xAB, 0x89])));
    }

    [Test]
    public void Hex_is_lower_case_and_cut_where_asked() => Assert.That(Sha256.Hex([0x0F, 0xA0, 0xFF], 2), Is.EqualTo("0fa0"));

    [Test]
    public void Every_integer_setting_has_its_part_in_the_hash()
    {
        string defaults = Fingerprint.SettingsHash(new DetectorSettings());
        foreach (FieldInfo field in typeof(DetectorSettings).GetFields().Where(field => field.FieldType == typeof(int)))
        {
            var settings = new DetectorSettings();
            field.SetValue(settings, (int)field.GetValue(settings)! + 1);
            Assert.That(Fingerprint.SettingsHash(settings), Is.Not.EqualTo(defaults), field.Name);
        }
    }

    [Test]
    public void Inhibiting_alarms_is_not_a_different_detector()
    {
        Assert.That(Fingerprint.SettingsHash(new DetectorSettings { AlarmsInhibited = true }), Is.EqualTo(Fingerprint.SettingsHash(new DetectorSettings())));
    }

    [Test]
    public void A_fingerprint_is_the_build_id_and_the_settings_hash()
    {
        string fingerprint = Fingerprint.Of(Fingerprint.SettingsHash(new DetectorSettings()), Detector.LongestWindow);

        Assert.That(fingerprint, Does.Match("^[0-9a-f]{8}-[0-9a-f]{16}$"));
        Assert.That(fingerprint, Does.StartWith(Fingerprint.BuildId).And.EndsWith(Fingerprint.SettingsHash(new DetectorSettings())));
    }

    [TestCase(8191, "-4096")]
    [TestCase(4096, "-4096")]
    [TestCase(2048, "-2048")]
    [TestCase(1, "-1024")]
    public void Shorter_windows_are_a_different_detector(int window, string ending) =>
        Assert.That(Fingerprint.Of("0123456789abcdef", window), Is.EqualTo(Fingerprint.Of("0123456789abcdef", 8192) + ending));
}
