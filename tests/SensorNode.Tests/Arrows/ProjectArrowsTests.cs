using DeviceTwin.Tests.SensorNode.Project;

namespace DeviceTwin.Tests.SensorNode.Arrows;

/// <summary>Projects refer to each other as the plan of the house says.</summary>
public sealed class ProjectArrowsTests
{
    private static readonly IReadOnlyList<ProjectFile> Products = [.. ProjectsBelow("cloud", "firmware", "tools")];
    private static readonly IReadOnlyList<ProjectFile> Tests = [.. ProjectsBelow("tests")];

    [Test]
    public void Every_reference_is_an_arrow_of_the_plan()
    {
        Assert.That(ProjectArrows.Violations(Products), Is.Empty);
    }

    [Test]
    public void Only_the_command_the_load_generator_the_bench_and_tests_use_the_simulator()
    {
        var users = Products.Where(project => project.ProjectReferences.Contains("SensorNode.Simulator")).Select(project => project.Name);

        Assert.That(users, Is.SubsetOf(new[] { "DeviceTwin.Cli", "DeviceTwin.Load", "DeviceTwin.Bench" }));
    }

    [Test]
    public void Nobody_uses_the_hubs_output_but_its_tests()
    {
        Assert.That(Products.Where(project => project.ProjectReferences.Contains("DeviceTwin.Hub")).Select(project => project.Name), Is.Empty);
    }

    [Test]
    public void No_product_uses_a_test_project()
    {
        Assert.That(Products.SelectMany(project => project.ProjectReferences).Intersect(Tests.Select(project => project.Name)), Is.Empty);
    }

    [Test]
    public void The_solution_builds_every_project()
    {
        var solution = File.ReadAllText(TestFiles.InRepository("DeviceTwin.sln"));
        var missing = Products.Concat(Tests).Select(project => project.Name).Where(name => !solution.Contains($"{name}.csproj\""));

        Assert.That(missing, Is.Empty);
    }

    [Test]
    public void Every_product_project_has_a_test_project()
    {
        var tested = Tests.Select(project => project.Name.Replace(".Tests", ""));

        Assert.That(Products.Select(project => project.Name).Except(tested), Is.Empty);
    }

    [Test]
    public void No_test_project_is_empty()
    {
        var empty = Tests.Where(project => !Directory.EnumerateFiles(project.Folder, "*.cs", SearchOption.AllDirectories)
            .Any(path => !path.Contains("/obj/") && File.ReadAllText(path) is var text && (text.Contains("[Test") || text.Contains("[Property"))));

        Assert.That(empty.Select(project => project.Name), Is.Empty);
    }

    [TestCase("DeviceTwin.Twins", """<ProjectReference Include="../DeviceTwin.Mqtt/DeviceTwin.Mqtt.csproj" />""", "DeviceTwin.Twins -> DeviceTwin.Mqtt")]
    [TestCase("DeviceTwin.Hub", """<ProjectReference Include="../../firmware/SensorNode.Simulator/SensorNode.Simulator.csproj" />""",
        "DeviceTwin.Hub -> SensorNode.Simulator")]
    [TestCase("DeviceTwin.Cli", """<ProjectReference Include="../../cloud/DeviceTwin.Hub/DeviceTwin.Hub.csproj" />""", "DeviceTwin.Cli -> DeviceTwin.Hub")]
    [TestCase("DeviceTwin.Mqtt", """<PackageReference Include="Dapper" />""", "DeviceTwin.Mqtt -> package Dapper")]
    [TestCase("DeviceTwin.Attic", "", "DeviceTwin.Attic has no row in ProjectArrows")]
    public void A_wrong_arrow_is_caught(string project, string item, string violation)
    {
        var file = ProjectFile.Parse($"/r/x/{project}.csproj", $"<Project><ItemGroup>{item}</ItemGroup></Project>");

        Assert.That(ProjectArrows.Violations([file]), Is.EqualTo(new[] { violation }));
    }

    [Test]
    public void The_command_may_have_the_hub_built_first()
    {
        var file = ProjectFile.Parse("/r/x/DeviceTwin.Cli.csproj", """
            <Project><ItemGroup>
              <ProjectReference Include="../../cloud/DeviceTwin.Hub/DeviceTwin.Hub.csproj" ReferenceOutputAssembly="false" />
            </ItemGroup></Project>
            """);

        Assert.That(ProjectArrows.Violations([file]), Is.Empty);
    }

    private static IEnumerable<ProjectFile> ProjectsBelow(params string[] folders) => folders
        .SelectMany(folder => Directory.EnumerateFiles(TestFiles.InRepository(folder), "*.csproj", SearchOption.AllDirectories))
        .Select(ProjectFile.Load);
}
