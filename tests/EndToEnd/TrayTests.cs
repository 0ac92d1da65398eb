using System.Text.Json.Nodes;
using DeviceTwin.Provisioning.Tray;
using DeviceTwin.Tests.EndToEnd.World;

namespace DeviceTwin.Tests.EndToEnd;

/// <summary>A tray of boards through the real dialogue, on pseudo-terminals, against a real hub.</summary>
[Platform("Linux,MacOsX")]
public sealed class TrayTests
{
    [Test]
    public async Task A_tray_is_provisioned_and_its_nodes_are_in_sync_at_their_points()
    {
        await using var tray = await TrayUnderTest.Start(3);
        var rows = TrayUnderTest.Plan(3);

        var results = await tray.Run(rows);

        await AssertDone(tray, rows, results);
    }

    internal static async Task AssertDone(TrayUnderTest tray, IReadOnlyList<PlanRow> rows, IReadOnlyList<BoardResult> results)
    {
        Assert.That(results.Where(result => !result.IsDone).Select(result => $"{result.Row.DeviceId}: {result.Fault!.Code} {result.Detail}"), Is.Empty, () => File.ReadAllText(tray.JournalFile));
        Assert.That(results.Select(result => result.ChipId).Distinct().Count(), Is.EqualTo(rows.Count));
        foreach (var row in rows)
        {
            await tray.Hub.Eventually(() => tray.Hub.Fleet(row.DeviceId), node => (bool)node["connected"]! && (string?)node["state"] == "InSync", $"{row.DeviceId} in sync");
            var twin = await tray.Hub.GetTwin(row.DeviceId);
            Assert.That((string?)twin["tags"]!["point"], Is.EqualTo(row.Place.Point));
            Assert.That((int?)twin["properties"]!["desired"]!["machine"]!["bpfoMilliOrders"], Is.EqualTo(row.Bearing!.Orders.BpfoMilli));
            Assert.That(File.Exists(Path.Combine(tray.Options.LabelFolder!, row.DeviceId + ".svg")));
        }

        var journal = TrayJournal.Read(tray.JournalFile);
        Assert.That(journal.Count(entry => entry is { Event: "end", Step: "done" }), Is.GreaterThanOrEqualTo(rows.Count));
        foreach (var row in rows)
        {
            Assert.That(journal.Count(entry => entry.DeviceId == row.DeviceId && entry is { Event: "done", Step: "commit" }), Is.GreaterThanOrEqualTo(1));
        }

        AssertNoSecrets(tray);
    }

    /// <summary>Whatever happened, nothing that is kept holds a secret but the store itself, and it is its owner's alone.</summary>
    private static void AssertNoSecrets(TrayUnderTest tray)
    {
        var text = File.ReadAllText(tray.JournalFile);
        Assert.That(text, Does.Not.Contain("pass word 1"));
        foreach (var (_, node) in JsonNode.Parse(File.ReadAllText(tray.SecretsFile))!.AsObject())
        {
            Assert.That(text, Does.Not.Contain((string)node!["secret"]!).And.Not.Contain((string)node["key"]!));
        }
    }
}
