using System.Reflection;
using DeviceTwin.Hub;
using Microsoft.Extensions.Logging;

namespace DeviceTwin.Tests.Hub.Operation;

/// <summary>Every log line has a number of its own, in its area's range, and is in the documentation.</summary>
public sealed class LogTableTests
{
    /// <summary>Which namespaces of the hub write in which range; the first that fits counts.</summary>
    private static readonly (string Area, int First, int Last, string[] Namespaces)[] Areas =
    [
        ("Gateway", 1000, 1999, ["Gateway"]),
        ("Fleet", 2000, 2999, ["Fleet"]),
        ("Process and REST", 3000, 3999, ["Logging", "Rest", "View"]),
        ("Alarms and plant", 4000, 4199, ["Alarms", "Plant", "Machines"]),
        ("History and sequence", 4200, 4399, ["History", "Sequence", "Ingest", "Messaging"]),
        ("Waveforms and backup", 4400, 4599, ["Waveforms", "Backup"]),
        ("Access and operation", 4600, 4699, ["Access", "Operation"]),
        ("Jobs", 4700, 4749, ["Jobs"]),
        ("Bridge", 4750, 4799, ["Bridge"]),
        ("Provisioning and certificates", 4800, 4999, ["Provisioning", "Certificates"]),
        ("Changes", 5000, 5199, ["Changes"]),
    ];

    private static IReadOnlyList<(Type Type, LoggerMessageAttribute Line)> Lines { get; } =
    [
        .. typeof(HubApplication).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                .Select(method => (type, method.GetCustomAttribute<LoggerMessageAttribute>())))
            .Where(entry => entry.Item2 is not null)
            .Select(entry => (entry.type, entry.Item2!))
            .OrderBy(entry => entry.Item2.EventId),
    ];

    [Test]
    public void Every_number_is_used_once()
    {
        Assert.That(Lines, Has.Count.GreaterThan(40), "the attributes are there to be read");
        Assert.That(Lines.GroupBy(entry => entry.Line.EventId).Where(group => group.Count() > 1).Select(group => group.Key), Is.Empty);
    }

    [Test]
    public void Every_number_is_in_a_range()
    {
        foreach (var (type, line) in Lines)
        {
            var room = type.Namespace!.Split('.')[2];
            var area = Areas.FirstOrDefault(area => line.EventId >= area.First && line.EventId <= area.Last);
            Assert.That(area.Area, Is.Not.Null, $"{line.EventId} of {type.Name} is in no range");
            var own = Areas.FirstOrDefault(candidate => candidate.Namespaces.Contains(room));
            Assert.That(own.Area is null || own.Area == area.Area, Is.True, $"{line.EventId} of {type.FullName} is in the range of {area.Area}");
        }
    }

    [Test]
    public void Every_line_is_in_the_table_of_the_documentation()
    {
        var rows = Areas.SelectMany(area => Lines.Where(entry => entry.Line.EventId >= area.First && entry.Line.EventId <= area.Last)
            .Select(entry => $"| {entry.Line.EventId} | {area.Area} | {entry.Line.Level.ToString().ToLowerInvariant()} | {entry.Line.Message.Replace("|", "\\|")} |"));
        GeneratedTable.Check("cloud/LOGS.md", "events", ["| Number | Area | Level | Line |", "|---|---|---|---|", .. rows]);
    }
}
