using System.Xml.Linq;
using DeviceTwin.Tests.SensorNode.Gate.ApiList;
using DeviceTwin.Tests.SensorNode.Gate.Firmware;
using DeviceTwin.Tests.SensorNode.Gate.References;

namespace DeviceTwin.Tests.SensorNode.Project;

/// <summary>The nanoFramework projects compile the firmware's files and name the packages that these files need.</summary>
public sealed class NanoProjectTests
{
    /// <summary>M2Mqtt leaks memory per published message before this version.</summary>
    private static readonly Version FirstM2MqttWithoutLeak = new(5, 1, 220);

    [Test]
    public void The_firmware_project_compiles_what_the_dotnet_projects_link_and_the_device_only_files()
    {
        var files = GateProject.FirmwareFiles();
        var sources = TestFiles.InRepository("firmware/SensorNode") + "/";
        var portable = Load("firmware/SensorNode.Portable/SensorNode.Portable.csproj").CompileItems(files);
        var simulator = Load("firmware/SensorNode.Simulator/SensorNode.Simulator.csproj").CompileItems(files);
        var deviceOnly = files.Where(path => path.StartsWith(sources + Rooms.Esp32 + "/", StringComparison.Ordinal) || path == sources + "Program.cs");

        Assert.That(portable.Intersect(simulator), Is.Empty, "a file that two .NET assemblies define");
        Assert.That(portable.Concat(simulator).Intersect(deviceOnly), Is.Empty, "a device-only file that .NET compiles");
        var signal = Load(GateProject.SignalPath).CompileItems(files);
        var codelets = Load(GateProject.CodeletsPath).CompileItems(files);
        var apart = new[] { signal, codelets, Load(GateProject.DetectionPath).CompileItems(files), Load(GateProject.TwinPath).CompileItems(files) }
            .SelectMany(items => items).ToArray();
        Assert.That(apart, Is.Unique, "a file that two assemblies of the device define");
        var firmware = Load(GateProject.FirmwarePath).CompileItems(files);
        Assert.That(firmware.Intersect(apart), Is.Empty, "a file that two assemblies of the device define");
        Assert.That(firmware.Concat(apart), Is.EquivalentTo(portable.Concat(simulator).Concat(deviceOnly)));
    }

    [Test]
    public void The_dotnet_projects_link_nothing_from_elsewhere()
    {
        var firmware = TestFiles.InRepository("firmware/SensorNode") + "/";
        var elsewhere = GateProject.FirmwareFiles().Where(path => !path.StartsWith(firmware, StringComparison.Ordinal)).ToArray();

        Assert.That(Load("firmware/SensorNode.Portable/SensorNode.Portable.csproj").CompileItems(elsewhere), Is.Empty);
        Assert.That(Load("firmware/SensorNode.Simulator/SensorNode.Simulator.csproj").CompileItems(elsewhere), Is.Empty);
    }

    [TestCase(GateProject.FirmwarePath)]
    [TestCase(GateProject.SignalPath)]
    [TestCase(GateProject.CodeletsPath)]
    [TestCase(GateProject.DetectionPath)]
    [TestCase(GateProject.TwinPath)]
    [TestCase(GateProject.BenchmarksPath)]
    public void A_project_references_what_its_IL_uses_and_what_that_needs(string path)
    {
        var project = GateProject.Load(path);
        Assume.That(project.Compiled.Assembly, Is.Not.Null, "the sources do not compile: see the gate");
        var due = Closure(project.Compiled.Assembly!.UsedAssemblies);

        Assert.That(project.References, Is.EquivalentTo(due.Select(assembly => assembly.Name)), $"The project should have:\n{ReferenceLines(due)}");
    }

    [TestCase(GateProject.FirmwarePath)]
    [TestCase(GateProject.SignalPath)]
    [TestCase(GateProject.CodeletsPath)]
    [TestCase(GateProject.DetectionPath)]
    [TestCase(GateProject.TwinPath)]
    [TestCase(GateProject.BenchmarksPath)]
    public void Every_referenced_assembly_has_its_package_line_and_its_hint_path(string path)
    {
        var project = Load(path);
        var assemblies = project.References.Select(reference => Listed(reference.Assembly)).ToArray();
        var packages = Packages(path);

        Assert.That(packages.Keys, Is.EquivalentTo(assemblies.Select(assembly => assembly.Package.Id).Distinct()),
            $"packages.config should have:\n{PackageLines(assemblies)}");
        foreach (var (assembly, reference) in assemblies.Zip(project.References))
        {
            var version = packages[assembly.Package.Id];
            Assert.That(IsVersionOf(version, assembly.Package), Is.True, $"{assembly.Package} but packages.config has {version}");
            Assert.That(reference.HintPath, Is.EqualTo($@"..\packages\{assembly.Package.Id}.{version}\lib\{assembly.Name}.dll"));
        }
    }

    [Test]
    public void M2Mqtt_is_at_least_the_version_that_does_not_leak()
    {
        var packages = Packages(GateProject.FirmwarePath);
        Assume.That(packages, Contains.Key("nanoFramework.M2Mqtt"));

        Assert.That(Version.Parse(packages["nanoFramework.M2Mqtt"]), Is.GreaterThanOrEqualTo(FirstM2MqttWithoutLeak));
    }

    [TestCase(GateProject.FirmwarePath, "DeviceTwin.SensorNode", "Exe")]
    [TestCase(GateProject.SignalPath, "DeviceTwin.SensorNode.Signal", "Library")]
    [TestCase(GateProject.CodeletsPath, "DeviceTwin.SensorNode.Codelets", "Library")]
    [TestCase(GateProject.DetectionPath, "DeviceTwin.SensorNode.Detection", "Library")]
    [TestCase(GateProject.TwinPath, "DeviceTwin.SensorNode.Twin", "Library")]
    [TestCase(GateProject.BenchmarksPath, "DeviceTwin.SensorNode.Benchmarks", "Exe")]
    public void A_project_is_built_the_way_the_gate_compiles_it(string path, string assemblyName, string outputType)
    {
        var project = Load(path);

        Assert.That(project.Property("AssemblyName"), Is.EqualTo(assemblyName));
        Assert.That(project.Property("OutputType"), Is.EqualTo(outputType));
        Assert.That(project.Property("TargetFrameworkVersion"), Is.EqualTo("v1.0"));
        Assert.That(project.Property("LangVersion"), Is.EqualTo("10.0"));
        Assert.That(project.Property("Nullable"), Is.EqualTo("disable"));
        Assert.That(project.Property("Optimize"), Is.EqualTo("true"));
        Assert.That(project.Property("AllowUnsafeBlocks"), Is.Null);
        Assert.That(project.Property("DefineConstants"), Is.Null);
    }

    [TestCase(GateProject.FirmwarePath)]
    [TestCase(GateProject.SignalPath)]
    [TestCase(GateProject.CodeletsPath)]
    [TestCase(GateProject.DetectionPath)]
    [TestCase(GateProject.TwinPath)]
    [TestCase(GateProject.BenchmarksPath)]
    public void The_nanoFramework_solution_has_the_project_so_that_packages_land_where_hint_paths_look(string path)
    {
        var solution = File.ReadAllText(TestFiles.InRepository("firmware/SensorNode.sln"));
        var project = Load(path);

        Assert.That(solution, Does.Contain($"\"{project.Name}\\{project.Name}.nfproj\", \"{project.Property("ProjectGuid")}\""));
    }

    private static ProjectFile Load(string path) => ProjectFile.Load(TestFiles.InRepository(path));

    private static Dictionary<string, string> Packages(string project) =>
        XDocument.Load(Path.Combine(Path.GetDirectoryName(TestFiles.InRepository(project))!, "packages.config")).Descendants("package")
            .ToDictionary(package => (string)package.Attribute("id")!, package => (string)package.Attribute("version")!);

    private static ApiAssembly Listed(string name) => ReferenceAssemblies.List.Single(assembly => assembly.Name == name);

    /// <summary>The assemblies and everything they refer to, in dependency order.</summary>
    private static IReadOnlyList<ApiAssembly> Closure(IEnumerable<string> names)
    {
        var due = new HashSet<string>();
        var open = new Queue<string>(names);
        while (open.TryDequeue(out var name))
        {
            if (due.Add(name))
            {
                Listed(name).References.ForEach(open.Enqueue);
            }
        }

        return [.. ReferenceAssemblies.List.Where(assembly => due.Contains(assembly.Name))];
    }

    /// <summary>The API of a package holds for later patches of it: same major and minor, not older than what the list was made from.</summary>
    private static bool IsVersionOf(string version, ApiPackage package) => Version.Parse(version) is var pinned
        && pinned.Major == package.Version.Major
        && pinned.Minor == package.Version.Minor
        && pinned >= package.Version;

    private static string ReferenceLines(IEnumerable<ApiAssembly> assemblies) => string.Join('\n', assemblies.Select(assembly => $"""
            <Reference Include="{assembly.Name}">
              <HintPath>..\packages\{assembly.Package.Id}.{assembly.Package.Version}\lib\{assembly.Name}.dll</HintPath>
            </Reference>
        """));

    private static string PackageLines(IEnumerable<ApiAssembly> assemblies) => string.Join('\n', assemblies
        .Select(assembly => assembly.Package).Distinct().OrderBy(package => package.Id, StringComparer.Ordinal)
        .Select(package => $"""  <package id="{package.Id}" version="{package.Version}" targetFramework="netnano1.0" />"""));
}
