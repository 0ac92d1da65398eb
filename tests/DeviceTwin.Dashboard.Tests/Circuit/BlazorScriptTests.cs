using System.Text;
using DeviceTwin.Dashboard.Circuit;

namespace DeviceTwin.Tests.Dashboard.Circuit;

/// <summary>The script is part of the build: pages work where there is no internet.</summary>
public sealed class BlazorScriptTests
{
    [Test]
    public void The_script_is_read_whole_from_the_embedded_assembly()
    {
        var script = Encoding.UTF8.GetString(BlazorScript.Bytes.Span);
        Assert.That(script, Does.StartWith("!function()"));
        Assert.That(script, Does.Contain("_blazor"));
        Assert.That(script.TrimEnd(), Does.EndWith("();").Or.EndWith("}();\n").Or.EndWith(")"), "not cut off");
        Assert.That(BlazorScript.ETag, Does.Match("^\"[0-9a-f]{16}\"$"));
    }
}
