using System.IO.Compression;
using System.Runtime.Versioning;
using DeviceTwin.Storage.Waveforms;
using static DeviceTwin.Tests.Storage.Waveforms.Samples;

namespace DeviceTwin.Tests.Storage.Waveforms;

/// <summary>Contents lie in files that are whole or not there, and are checked whenever they are read.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class FileTests : IDisposable
{
    private readonly StoreFolder folder = new();
    private readonly byte[] content = Content(1, 5000);

    private WaveformFiles Files => new(folder.InFolder("waveforms"));

    private string Sha256 => WaveformFiles.HashOf(content);

    public void Dispose() => folder.Dispose();

    [Test]
    public void A_content_comes_back_and_lies_under_its_hash()
    {
        var stored = Files.Write(Sha256, content);
        Assert.That(Files.Read(Sha256, content.Length), Is.EqualTo(content));
        Assert.That(Files.PathOf(Sha256), Is.EqualTo(folder.InFolder($"waveforms/{Sha256[..2]}/{Sha256}.i16.gz")));
        Assert.That(new FileInfo(Files.PathOf(Sha256)).Length, Is.EqualTo(stored));
    }

    [Test]
    public void The_same_content_is_not_written_twice()
    {
        Files.Write(Sha256, content);
        var written = File.GetLastWriteTimeUtc(Files.PathOf(Sha256)).AddHours(-1);
        File.SetLastWriteTimeUtc(Files.PathOf(Sha256), written);
        Files.Write(Sha256, content);
        Assert.That(File.GetLastWriteTimeUtc(Files.PathOf(Sha256)), Is.EqualTo(written));
    }

    [Test]
    public void A_damaged_file_is_noticed_and_written_anew()
    {
        Files.Write(Sha256, content);
        var path = Files.PathOf(Sha256);
        var whole = File.ReadAllBytes(path);
        foreach (var bad in new[] { whole[..^9], [], [.. whole[..30], (byte)~whole[30], .. whole[31..]], "no gzip"u8.ToArray() })
        {
            File.WriteAllBytes(path, bad);
            Assert.That(Files.Read(Sha256, content.Length), Is.Null, $"{bad.Length} bytes");
        }

        Files.Write(Sha256, content);
        Assert.That(Files.Read(Sha256, content.Length), Is.EqualTo(content));
        Files.Delete(Sha256);
        Files.Delete(Sha256);
        Assert.That(Files.Read(Sha256, content.Length), Is.Null);
    }

    [Test]
    public void A_file_that_unpacks_to_more_than_its_row_says_is_not_unpacked()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Files.PathOf(Sha256))!);
        using (var bomb = new GZipStream(File.Create(Files.PathOf(Sha256)), CompressionLevel.SmallestSize))
        {
            var zeros = new byte[1 << 20];
            for (var number = 0; number < 64; number++)
            {
                bomb.Write(zeros);
            }
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(Files.Read(Sha256, content.Length), Is.Null);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
    }

    [Test]
    public void Files_without_rows_are_removed_and_rows_without_files_are_told()
    {
        var (kept, orphan, lost) = (Content(2, 10), Content(3, 10), WaveformFiles.HashOf(Content(4, 10)));
        Files.Write(WaveformFiles.HashOf(kept), kept);
        Files.Write(WaveformFiles.HashOf(orphan), orphan);
        File.WriteAllText(Files.PathOf(WaveformFiles.HashOf(kept)) + ".new", "cut off");
        File.WriteAllText(folder.InFolder("waveforms/README"), "a person's note");
        var (removed, missing) = Files.Tidy([WaveformFiles.HashOf(kept), lost]);
        Assert.That((removed, missing.Single()), Is.EqualTo((2, lost)));
        Assert.That(Files.Read(WaveformFiles.HashOf(kept), 10), Is.EqualTo(kept));
        Assert.That(folder.InFolder("waveforms/README"), Does.Exist);
        Assert.That(Files.PathOf(WaveformFiles.HashOf(orphan)), Does.Not.Exist);
    }

    [TestCase("")]
    [TestCase("../../etc/passwd")]
    [TestCase("ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789", Description = "upper case")]
    public void What_is_no_hash_is_no_file(string text)
    {
        Assert.That(WaveformFiles.IsHash(text), Is.False);
        Assert.That(() => Files.PathOf(text), Throws.ArgumentException);
    }

    [Test, Platform(Exclude = "Win"), UnsupportedOSPlatform("windows")]
    public void Waveforms_are_for_the_owner_only()
    {
        Files.Write(Sha256, content);
        Assert.That(File.GetUnixFileMode(Files.PathOf(Sha256)), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }
}
