using System.Runtime.Versioning;
using DeviceTwin.Provisioning.Tray;

namespace DeviceTwin.Tests.Provisioning.Tray;

/// <summary>A journal knows after any interruption what had been reached.</summary>
public sealed class TrayJournalTests
{
    private string folder = "";

    private string JournalFile => Path.Combine(folder, "tray.journal");

    [SetUp]
    public void MakeFolder() => folder = Directory.CreateTempSubdirectory("devicetwin-journal-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    [Test]
    public void WhatWasReachedIsKnownAgain()
    {
        Write();

        using var journal = TrayJournal.Open(JournalFile, TimeProvider.System);
        var board = journal.Board("pump-7");
        Assert.That(board.ChipId, Is.EqualTo("02d7b0a2d001"));
        Assert.That(board.Reached, Is.EqualTo(Milestones.Open | Milestones.Sensors));
        Assert.That(board.Fault!.Code, Is.EqualTo("noNetwork"));
        Assert.That(journal.DeviceOf("02d7b0a2d001"), Is.EqualTo("pump-7"));
        Assert.That(journal.Board("pump-8").Reached, Is.EqualTo(Milestones.None));
    }

    /// <summary>Cut off after every byte it holds what its whole lines say, and goes on behind them.</summary>
    [Test]
    public void ATornLineIsPassedOver()
    {
        Write();
        var whole = File.ReadAllBytes(JournalFile);
        for (var length = 0; length <= whole.Length; length += 7)
        {
            File.WriteAllBytes(JournalFile, whole[..length]);
            using (var journal = TrayJournal.Open(JournalFile, TimeProvider.System))
            {
                journal.Add(new JournalEntry(default, "done", "pump-9", "label"));
            }

            var lines = whole.AsSpan(0, length).Count((byte)'\n');
            Assert.That(TrayJournal.Read(JournalFile), Has.Count.EqualTo(lines + 1));
            using var again = TrayJournal.Open(JournalFile, TimeProvider.System);
            Assert.That(again.Board("pump-9").Reached, Is.EqualTo(Milestones.Labelled));
        }
    }

    [Test]
    public void AnotherChipBeginsAnew()
    {
        Write();
        using var journal = TrayJournal.Open(JournalFile, TimeProvider.System);
        journal.Add(new JournalEntry(default, "board", "pump-7", null, "02d7b0a2d002", "/dev/ttyUSB1", "row"));

        Assert.That(journal.Board("pump-7").Reached, Is.EqualTo(Milestones.None));
    }

    [Test]
    [Platform(Exclude = "Win")]
    [UnsupportedOSPlatform("windows")]
    public void ItIsNobodyElses()
    {
        Write();
        Assert.That(File.GetUnixFileMode(JournalFile), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        File.SetUnixFileMode(JournalFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.That(() => TrayJournal.Open(JournalFile, TimeProvider.System), Throws.InstanceOf<IOException>().With.Message.Contains("chmod 600"));
    }

    [Test]
    public void TwoRunsDoNotWriteOneJournal()
    {
        using var first = TrayJournal.Open(JournalFile, TimeProvider.System);
        Assert.That(() => TrayJournal.Open(JournalFile, TimeProvider.System), Throws.InstanceOf<IOException>());
    }

    private void Write()
    {
        using var journal = TrayJournal.Open(JournalFile, TimeProvider.System);
        journal.Add(new JournalEntry(default, "run"));
        journal.Add(new JournalEntry(default, "board", "pump-7", null, "02d7b0a2d001", "/dev/ttyUSB0", "row"));
        journal.Add(new JournalEntry(default, "done", "pump-7", "authenticate"));
        journal.Add(new JournalEntry(default, "done", "pump-7", "sensorCheck"));
        journal.Add(new JournalEntry(default, "fault", "pump-7", "findNetwork", Code: "noNetwork"));
    }
}
