using System.Collections.Concurrent;
using DeviceTwin.Tests.SensorNode.Project;

namespace DeviceTwin.Tests.SensorNode.Gate.Firmware;

/// <summary>
/// A nanoFramework project as the gate compiles it: its compile items, those of the projects it references, its references, and nothing else.
/// They become one assembly here, so that the rules see all of it; what is to be in which assembly on the device is checked beside.
/// </summary>
internal sealed class GateProject
{
    /// <summary>Path of the firmware's project.</summary>
    public const string FirmwarePath = "firmware/SensorNode/SensorNode.nfproj";

    /// <summary>Path of the project of Signal, which is an assembly of its own.</summary>
    public const string SignalPath = "firmware/SensorNode.Signal/SensorNode.Signal.nfproj";

    /// <summary>Path of the project of the generated straight-line code in Signal, again an assembly of its own.</summary>
    public const string CodeletsPath = "firmware/SensorNode.Codelets/SensorNode.Codelets.nfproj";

    /// <summary>Path of the project of Detection, an assembly of its own.</summary>
    public const string DetectionPath = "firmware/SensorNode.Detection/SensorNode.Detection.nfproj";

    /// <summary>Path of the project of Twin, an assembly of its own.</summary>
    public const string TwinPath = "firmware/SensorNode.Twin/SensorNode.Twin.nfproj";

    /// <summary>Path of the benchmarks' project.</summary>
    public const string BenchmarksPath = "firmware/SensorNode.Benchmarks/SensorNode.Benchmarks.nfproj";

    private static readonly ConcurrentDictionary<string, GateProject> Loaded = new();

    private readonly Lazy<GateCompilation> compiled;

    private GateProject(ProjectFile file)
    {
        File = file;
        OwnSources =
        [
            .. file.CompileItems(FirmwareFiles())
                .Select(item => new SourceFile(Path.GetRelativePath(SourceRoot, item).Replace('\\', '/'), System.IO.File.ReadAllText(item))),
        ];

        // Two of them may refer to a third one.
        Sources = [.. OwnSources.Concat(file.ProjectReferences.SelectMany(name => Load($"firmware/{name}/{name}.nfproj").Sources)).DistinctBy(source => source.Path)];
        References = [.. file.References.Select(reference => reference.Assembly)];
        compiled = new Lazy<GateCompilation>(() => GateCompiler.Compile(Sources, References));
    }

    public ProjectFile File { get; }

    /// <summary>The compile items: what the project's assembly is made of on the device.</summary>
    public IReadOnlyList<SourceFile> OwnSources { get; }

    /// <summary>The compile items and those of the referenced projects.</summary>
    public IReadOnlyList<SourceFile> Sources { get; }

    /// <summary>Names of the referenced assemblies.</summary>
    public IReadOnlyList<string> References { get; }

    /// <summary>The compilation, made once per test run.</summary>
    public GateCompilation Compiled => compiled.Value;

    /// <summary>Folder that source paths are relative to.</summary>
    private static string SourceRoot => TestFiles.InRepository("firmware");

    /// <summary>A project of the repository, read once per test run.</summary>
    public static GateProject Load(string path) => Loaded.GetOrAdd(path, key => new GateProject(ProjectFile.Load(TestFiles.InRepository(key))));

    /// <summary>Every C# file below <c>firmware/</c> that is not a build's product.</summary>
    public static IReadOnlyList<string> FirmwareFiles() =>
    [
        .. Directory.EnumerateFiles(TestFiles.InRepository("firmware"), "*.cs", SearchOption.AllDirectories)
            .Select(path => path.Replace('\\', '/'))
            .Where(path => !path.Contains("/obj/") && !path.Contains("/bin/"))
            .Order(StringComparer.Ordinal),
    ];
}
