using DeviceTwin.Hub.Jobs;
using static System.FormattableString;

namespace DeviceTwin.Tests.Hub.Jobs;

/// <summary>The page on jobs says what the code does.</summary>
public sealed class JobPageTests
{
    [Test]
    public void The_limits_are_those_of_the_code()
    {
        var options = new JobOptions();
        GeneratedTable.Check(
            "cloud/JOBS.md",
            "limits",
            [
                "| | At most |",
                "|---|---|",
                Invariant($"| id | {JobJson.LongestId} letters, digits and dashes; not `query` |"),
                Invariant($"| `queryCondition` | {JobJson.LongestCondition:N0} characters |"),
                Invariant($"| `startTime` | {JobJson.Furthest.TotalDays:0} days ahead |"),
                Invariant($"| `maxExecutionTimeInSeconds` | {JobJson.LongestSeconds:N0} |"),
                Invariant($"| jobs that run at the same time | {options.AtOnce}; the others take turns |"),
                Invariant($"| jobs that wait | {options.MostWaiting}; more are 429 |"),
                Invariant($"| devices of a job that are worked on at once | {options.DevicesAtOnce} |"),
                Invariant($"| answers of a job | {options.MostAnswers:N0} characters together; of those above only the status is kept |"),
                Invariant($"| history | {options.History.Time.TotalDays:0} days from a job's end; {options.History.Jobs:N0} jobs and {options.History.Devices:N0} rows of devices, the oldest leave first |"),
            ]);
    }
}
