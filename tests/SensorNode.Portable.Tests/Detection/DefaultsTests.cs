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
        var index = Enumerable.Range(0, TwinModel.Count)
            .Single(index => TwinModel.Like(index) < 0 && TwinModel.Name(index).Equals(setting.Name, StringComparison.OrdinalIgnoreCase));
        var value = setting.GetValue(new DetectorSettings());

        Assert.That(
            value is string text ? text.Length : Convert.ToInt32(value),
            Is.EqualTo(TwinModel.Default(index)),
            TwinModel.Path(index));
    }
}
