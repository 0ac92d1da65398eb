namespace DeviceTwin.Tests.SensorNode.Project;

/// <summary>The reader that the project tests rest on.</summary>
public sealed class ProjectFileTests
{
    private const string Xml = """
        <Project>
          <PropertyGroup><LangVersion>9.0</LangVersion></PropertyGroup>
          <PropertyGroup><LangVersion>10.0</LangVersion></PropertyGroup>
          <ItemGroup>
            <Compile Include="**\*.cs" Exclude="bin\**;obj\**" />
            <Compile Include="../Other/*.cs" Exclude="../Other/Program.cs" />
            <Compile Remove="Skip.cs" />
            <ProjectReference Include="..\..\cloud\DeviceTwin.Mqtt\DeviceTwin.Mqtt.csproj" />
            <ProjectReference Include="../DeviceTwin.Hub/DeviceTwin.Hub.csproj" ReferenceOutputAssembly="false" />
            <PackageReference Include="NUnit" />
            <Reference Include="mscorlib, Version=1.0.0.0"><HintPath>..\packages\x\lib\mscorlib.dll</HintPath></Reference>
          </ItemGroup>
        </Project>
        """;

    private static readonly ProjectFile Project = ProjectFile.Parse("/r/Node/Node.nfproj", Xml);

    [TestCase("/r/Node/A.cs", ExpectedResult = true)]
    [TestCase("/r/Node/Deep/er/B.cs", ExpectedResult = true)]
    [TestCase("/r/Node/B.txt", ExpectedResult = false)]
    [TestCase("/r/Node/obj/C.cs", ExpectedResult = false)]
    [TestCase("/r/Node/Skip.cs", ExpectedResult = false)]
    [TestCase("/r/Other/D.cs", ExpectedResult = true)]
    [TestCase("/r/Other/Program.cs", ExpectedResult = false)]
    [TestCase("/r/Other/Deep/E.cs", ExpectedResult = false)]
    public bool Compile_items_follow_include_exclude_and_remove(string path) => Project.CompileItems([path]).Count == 1;

    [Test]
    public void References_are_simple_names()
    {
        Assert.That(Project.ProjectReferences, Is.EqualTo(new[] { "DeviceTwin.Mqtt" }));
        Assert.That(Project.BuildOrderReferences, Is.EqualTo(new[] { "DeviceTwin.Hub" }));
        Assert.That(Project.PackageReferences, Is.EqualTo(new[] { "NUnit" }));
        Assert.That(Project.References, Is.EqualTo(new[] { ("mscorlib", @"..\packages\x\lib\mscorlib.dll") }));
    }

    [Test]
    public void The_last_property_wins() => Assert.That(Project.Property("LangVersion"), Is.EqualTo("10.0"));
}
