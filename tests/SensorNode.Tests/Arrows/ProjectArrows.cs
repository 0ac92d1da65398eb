using DeviceTwin.Tests.SensorNode.Project;

namespace DeviceTwin.Tests.SensorNode.Arrows;

/// <summary>Which project may use which: an arrow that is not here is not drawn by accident.</summary>
internal static class ProjectArrows
{
    /// <summary>Allowed references by project. Test projects may use anything and are not listed.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Allowed = new Dictionary<string, string[]>
    {
        ["DeviceTwin.Twins"] = [],
        ["DeviceTwin.Mqtt"] = [],
        ["SensorNode.Portable"] = [],
        ["DeviceTwin.Storage"] = ["DeviceTwin.Twins"],
        ["DeviceTwin.Analytics"] = ["DeviceTwin.Twins", "SensorNode.Portable"],
        ["DeviceTwin.Dashboard"] = ["DeviceTwin.Twins", "SensorNode.Portable"],
        ["DeviceTwin.Hub"] = ["DeviceTwin.Storage", "DeviceTwin.Twins", "DeviceTwin.Mqtt", "DeviceTwin.Dashboard", "DeviceTwin.Analytics", "SensorNode.Portable"],
        ["SensorNode.Simulator"] = ["SensorNode.Portable", "DeviceTwin.Mqtt"],

        // Storage: the chain of an audit log is proven in a backup or an archive, where no hub is.
        ["DeviceTwin.Cli"] = ["DeviceTwin.Provisioning", "SensorNode.Simulator", "SensorNode.Portable", "DeviceTwin.Mqtt", "DeviceTwin.Twins", "DeviceTwin.Analytics", "DeviceTwin.Storage"],
        ["DeviceTwin.Provisioning"] = ["SensorNode.Portable"],
        ["DeviceTwin.Bench"] = ["SensorNode.Simulator", "SensorNode.Portable", "DeviceTwin.Mqtt", "DeviceTwin.Twins", "DeviceTwin.Analytics"],
        ["DeviceTwin.Load"] = ["SensorNode.Simulator", "SensorNode.Portable", "DeviceTwin.Mqtt", "DeviceTwin.Twins"],
    };

    /// <summary>Projects that stand alone: no package either.</summary>
    public static readonly IReadOnlyList<string> Pure = ["DeviceTwin.Twins", "DeviceTwin.Mqtt", "SensorNode.Portable", "DeviceTwin.Analytics"];

    /// <summary>References that break the table, as <c>from -&gt; to</c>, and projects that the table does not know.</summary>
    public static IEnumerable<string> Violations(IEnumerable<ProjectFile> projects)
    {
        foreach (var project in projects)
        {
            if (!Allowed.TryGetValue(project.Name, out var allowed))
            {
                yield return $"{project.Name} has no row in ProjectArrows";
                continue;
            }

            foreach (var reference in project.ProjectReferences.Except(allowed))
            {
                yield return $"{project.Name} -> {reference}";
            }

            if (Pure.Contains(project.Name))
            {
                foreach (var package in project.PackageReferences)
                {
                    yield return $"{project.Name} -> package {package}";
                }
            }
        }
    }
}
