using System.Diagnostics;
using System.Globalization;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>Storms over versions that are being rolled out; see <see cref="StageWalk"/>.</summary>
public sealed class StageWalkTests
{
    private const int Slice = 80;

    [Test]
    public async Task After_a_storm_every_device_has_what_the_planner_says_and_after_a_rollback_what_would_be_there_without_the_version()
    {
        var walked = await Walk(1, count => count < Slice);
        Assert.That(new[] { walked.Faults, walked.Completed, walked.RolledBack }, Has.All.GreaterThan(Slice / 4));
    }

    /// <summary>The same for as long as <c>DEVICETWIN_WALK_SECONDS</c> says (300), from seed <c>DEVICETWIN_WALK_SEED</c> (1).</summary>
    [Test, Explicit("minutes")]
    public async Task Storms_for_a_long_time()
    {
        var watch = Stopwatch.StartNew();
        var seconds = Number("DEVICETWIN_WALK_SECONDS", 300);
        await Walk(Number("DEVICETWIN_WALK_SEED", 1), _ => watch.Elapsed.TotalSeconds < seconds);
    }

    private static int Number(string name, int standard) =>
        Environment.GetEnvironmentVariable(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : standard;

    private static async Task<(int Faults, int Completed, int RolledBack)> Walk(int seed, Func<int, bool> goesOn)
    {
        var (count, faults, completed, rolledBack) = (0, 0, 0, 0);
        for (; goesOn(count); count++)
        {
            var (violation, walk) = await StageWalk.Run(seed + count);
            Assert.That(violation is null, () => $"seed {seed + count}:\n{string.Join('\n', violation!)}");
            faults += walk.Faults;
            completed += walk.Ends.Completed;
            rolledBack += walk.Ends.RolledBack;
        }

        TestContext.Out.WriteLine($"{count:N0} storms from seed {seed}, {faults:N0} kills and full disks, {completed:N0} versions completed, {rolledBack:N0} rolled back, 0 violations");
        return (faults, completed, rolledBack);
    }
}
