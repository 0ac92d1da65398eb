using DeviceTwin.Tests.SensorNode.Project;

namespace DeviceTwin.Tests.SensorNode.Gate.Firmware;

/// <summary>A nanoFramework project as the gate compiles it: its compile items and its references, and nothing else.</summary>
internal sealed record GateProject(ProjectFile File, IReadOnlyList<SourceFile> Sources, IReadOnlyList<string> References)
{
    private static readonly Lazy<GateProject> KeptFirmware = new(() => Load("firmware/SensorNode/SensorNode.nfproj"));

    /// <summary>The firmware.</summary>
    public static GateProject Firmware => KeptFirmware.Value;

    /// <summary>Folder that source paths are relative to.</summary>
    private static string SourceRoot => TestFiles.InRepository("firmware");

    /// <summary>Reads a project of the repository.</summary>
    public static GateProject Load(string path)
    {
        var file = ProjectFile.Load(TestFiles.InRepository(path));
        var sources = file.CompileItems(FirmwareFiles())
            .Select(item => new SourceFile(Path.GetRelativePath(SourceRoot, item).Replace('\\', '/'), System.IO.File.ReadAllText(item)));
        return new GateProject(file, [.. sources], [.. file.References.Select(reference => reference.Assembly)]);
    }

    /// <summary>Every C# file below <c>firmware/</c> that is not a build's product.</summary>
    public static IReadOnlyList<string> FirmwareFiles() =>
    [
        .. Directory.EnumerateFiles(TestFiles.InRepository("firmware"), "*.cs", SearchOption.AllDirectories)
            .Select(path => path.Replace('\\', '/'))
            .Where(path => !path.Contains("/obj/") && !path.Contains("/bin/"))
            .Order(StringComparer.Ordinal),
    ];
}
