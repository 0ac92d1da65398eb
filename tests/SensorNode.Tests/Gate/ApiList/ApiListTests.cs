namespace DeviceTwin.Tests.SensorNode.Gate.ApiList;

/// <summary>The list of nanoFramework's API that the gate compiles against is read whole and means what its grammar says.</summary>
public sealed class ApiListTests
{
    [Test]
    public void The_kept_list_has_46_assemblies_with_mscorlib_first()
    {
        var list = ApiListReader.ReadKept();

        Assert.That(list, Has.Count.EqualTo(46));
        Assert.That(list[0].Name, Is.EqualTo("mscorlib"));
        Assert.That(list[0].References, Is.Empty);
        Assert.That(list[0].PublicKey, Has.Length.EqualTo(160));
        Assert.That(list.Sum(assembly => assembly.Types.Count), Is.EqualTo(632));
    }

    [Test]
    public void Every_reference_is_to_an_assembly_above()
    {
        var seen = new HashSet<string>();
        foreach (var assembly in ApiListReader.ReadKept())
        {
            Assert.That(assembly.References, Is.SubsetOf(seen), assembly.Name);
            seen.Add(assembly.Name);
        }
    }

    [TestCase("mscorlib", "nanoFramework.CoreLibrary", "1.17.11", "1.17.11.0")]
    [TestCase("nanoFramework.M2Mqtt", "nanoFramework.M2Mqtt", "5.1.220", "5.1.212.0")]
    [TestCase("System.Net", "nanoFramework.System.Net", "1.11.60", "1.11.60.0", Description = "a sibling references a later release than the last tag")]
    [TestCase("nanoFramework.Azure.Devices.Client", "nanoFramework.Azure.Devices.Client", "1.2.111", "1.2.111.0")]
    [TestCase("Iot.Device.Mcp9808", "nanoFramework.Iot.Device.Mcp9808", "1.2", "1.2.0.0", Description = "the list knows major and minor only")]
    [TestCase("UnitsNet.Temperature", "UnitsNet.nanoFramework.Temperature", "5.75.0", "5.75.0.0")]
    public void An_assembly_line_names_its_package_and_released_version(string name, string package, string packageVersion, string version)
    {
        var assembly = ApiListReader.ReadKept().Single(candidate => candidate.Name == name);

        Assert.That(assembly.Package.Id, Is.EqualTo(package));
        Assert.That(assembly.Package.Version, Is.EqualTo(Version.Parse(packageVersion)));
        Assert.That(assembly.Version, Is.EqualTo(Version.Parse(version)));
    }

    [Test]
    public void Members_constants_and_attributes_are_read_as_the_grammar_says()
    {
        var type = ApiListReader.Read(
        [
            "key k 0011",
            "assembly A 0.0.0.0 key=k   # package P 1.2.3, somewhere",
            "type public class abstract,sealed N.Outer/Inner : System.Object , N.IOne , N.ITwo",
            " @N.MarkAttribute(s:\"a\\u002cb\", e:N.Kind:i4:7){P:Twice=b:1}",
            " field public const float F = r4:3f800000",
            " method public static void M(@N.SomeAttribute() ref int a, params string[] b, char c = ch:32)",
            "  return @N.OtherAttribute()",
            " prop int Item(long index)",
            "  get public virtual,newslot",
        ])[0].Types[0];

        Assert.That(type.Name, Is.EqualTo("N.Outer/Inner"));
        Assert.That(type.Base, Is.EqualTo("System.Object"));
        Assert.That(type.Interfaces, Is.EqualTo(new[] { "N.IOne", "N.ITwo" }));
        Assert.That(type.Mods.Has("sealed"), Is.True);
        Assert.That(type.Attributes[0].Arguments, Is.EqualTo(new[] { new ApiConstant("string", "a,b"), new ApiConstant("N.Kind", 7) }));
        Assert.That(type.Attributes[0].Named, Is.EqualTo(new[] { new ApiNamedArgument(false, "Twice", new ApiConstant("bool", true)) }));
        Assert.That(type.Fields[0].Constant, Is.EqualTo(new ApiConstant("float", 1f)));
        Assert.That(type.Methods[0].Parameters.Select(parameter => parameter.Direction), Is.EqualTo(new[] { "ref", "params", "" }));
        Assert.That(type.Methods[0].Parameters[0].Attributes[0].Type, Is.EqualTo("N.SomeAttribute"));
        Assert.That(type.Methods[0].Parameters[2].Default, Is.EqualTo(new ApiConstant("char", ' ')));
        Assert.That(type.Methods[0].ReturnAttributes, Has.Count.EqualTo(1));
        Assert.That(type.Properties[0].Parameters[0].Type, Is.EqualTo("long"));
        Assert.That(type.Properties[0].Accessors[0].Mods.Has("newslot"), Is.True);
    }

    [TestCase("type public class N.T : -", Description = "mods are missing")]
    [TestCase("type public class - N.T : -\n method public - int M", Description = "no parentheses")]
    [TestCase("type public class - N.T : -\n fild public - int x", Description = "an unknown word")]
    [TestCase("type public class - N.T : -\n field public const int x = q4:1", Description = "an unknown constant")]
    public void A_line_that_breaks_the_grammar_is_refused_with_its_number(string text)
    {
        var lines = $"assembly A 0.0.0.0 key=-   # package P 1.2.3, somewhere\n{text}".Split('\n');

        Assert.That(() => ApiListReader.Read(lines), Throws.TypeOf<FormatException>().With.Message.StartsWith($"line {lines.Length}:"));
    }
}
