using System.Reflection;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>A detector that was told nothing and a node whose twin says nothing judge alike.</summary>
public sealed class DefaultsTests
{
    private static IEnumerable<FieldInfo> Settings => typeof(DetectorSettings).GetFields();

    [TestCaseSource(nameof(Settings))]
    public void The_detectors_default_is_the_twins(FieldInfo setting)
    {
        var path = TwinModel.Paths.Single(path => path.Split('.')[1].Equals(setting.Name, StringComparison.OrdinalIgnoreCase));

        Assert.That(
            Convert.ToInt32(setting.GetValue(new DetectorSettings())),
            Is.EqualTo(TwinModel.Defaults[Array.IndexOf(TwinModel.Paths, path)]),
            path);
    }
}
