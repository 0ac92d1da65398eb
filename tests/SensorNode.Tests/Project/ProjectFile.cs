using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DeviceTwin.Tests.SensorNode.Project;

/// <summary>What the tests need to know of a .csproj or .nfproj, read from its XML.</summary>
internal sealed class ProjectFile
{
    private readonly XDocument document;

    private ProjectFile(string path, XDocument document)
    {
        FilePath = path;
        this.document = document;
    }

    /// <summary>Full path of the project file.</summary>
    public string FilePath { get; }

    public string Folder => Path.GetDirectoryName(FilePath)!;

    /// <summary>The file's name without extension.</summary>
    public string Name => Path.GetFileNameWithoutExtension(FilePath);

    /// <summary>Names of the projects whose output is referenced, without folder and extension.</summary>
    public IReadOnlyList<string> ProjectReferences =>
        [.. Items("ProjectReference").Where(UsesOutput).Select(item => SimpleName(Include(item)))];

    /// <summary>Names of the projects that are only built first (<c>ReferenceOutputAssembly="false"</c>).</summary>
    public IReadOnlyList<string> BuildOrderReferences =>
        [.. Items("ProjectReference").Where(item => !UsesOutput(item)).Select(item => SimpleName(Include(item)))];

    public IReadOnlyList<string> PackageReferences => [.. Items("PackageReference").Select(Include)];

    /// <summary>The <c>Reference</c> items: assembly name and hint path.</summary>
    public IReadOnlyList<(string Assembly, string HintPath)> References =>
        [.. Items("Reference").Select(item => (Include(item).Split(',')[0], Child(item, "HintPath")))];

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static ProjectFile Load(string path) => new(path, XDocument.Load(path));

    /// <summary>Reads a project from text, for the tests of this reader.</summary>
    public static ProjectFile Parse(string path, string xml) => new(path, XDocument.Parse(xml));

    /// <summary>The value of a property, or null where the file does not set it.</summary>
    public string? Property(string name) => document.Descendants()
        .LastOrDefault(element => element.Name.LocalName == name && element.Parent?.Name.LocalName == "PropertyGroup")?.Value;

    /// <summary>The full paths that the file's own <c>Compile</c> items name, wildcards resolved against the given files.</summary>
    /// <param name="candidates">Full paths with forward slashes.</param>
    public IReadOnlyList<string> CompileItems(IEnumerable<string> candidates)
    {
        var result = new SortedSet<string>(StringComparer.Ordinal);
        var files = candidates.ToArray();
        foreach (var item in Items("Compile"))
        {
            var included = Patterns((string?)item.Attribute("Include"));
            var excluded = Patterns((string?)item.Attribute("Exclude"));
            var removed = Patterns((string?)item.Attribute("Remove"));
            result.RemoveWhere(path => removed.Any(pattern => pattern.IsMatch(path)));
            result.UnionWith(files.Where(path =>
                included.Any(pattern => pattern.IsMatch(path)) && !excluded.Any(pattern => pattern.IsMatch(path))));
        }

        return [.. result];
    }

    private static string Include(XElement item) => (string?)item.Attribute("Include") ?? "";

    private static string Child(XElement item, string name) =>
        item.Elements().FirstOrDefault(child => child.Name.LocalName == name)?.Value ?? "";

    private static bool UsesOutput(XElement item) =>
        (string?)item.Attribute("ReferenceOutputAssembly") != "false" && Child(item, "ReferenceOutputAssembly") != "false";

    private static string SimpleName(string path) => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'));

    private IEnumerable<XElement> Items(string name) => document.Descendants()
        .Where(element => element.Name.LocalName == name && element.Parent?.Name.LocalName == "ItemGroup");

    private IReadOnlyList<Regex> Patterns(string? list) =>
        [.. (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Pattern)];

    private Regex Pattern(string glob)
    {
        var full = Path.GetFullPath(Path.Combine(Folder, glob.Replace('\\', '/')));
        var regex = Regex.Escape(full).Replace(@"\*\*/", "(.*/)?").Replace(@"\*\*", ".*").Replace(@"\*", "[^/]*");
        return new Regex($"^{regex}$", RegexOptions.CultureInvariant);
    }
}
