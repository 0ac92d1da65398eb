namespace DeviceTwin.Tests.SensorNode.Arrows;

/// <summary>The files of the checkout, without what builds and tools leave behind.</summary>
internal static class RepositoryFiles
{
    private static readonly HashSet<string> Products = ["bin", "obj", "node_modules", "packages", "TestResults", ".git", ".vs", ".idea"];

    /// <summary>Names in the root, files and folders.</summary>
    public static IReadOnlyList<string> Root =>
        [.. new DirectoryInfo(TestFiles.RepositoryRoot).EnumerateFileSystemInfos().Select(entry => entry.Name).Where(IsOwn)];

    /// <summary>Every file, as path below the root with forward slashes.</summary>
    public static IEnumerable<string> All => Below(new DirectoryInfo(TestFiles.RepositoryRoot))
        .Select(file => Path.GetRelativePath(TestFiles.RepositoryRoot, file.FullName).Replace('\\', '/'));

    private static bool IsOwn(string name) => !Products.Contains(name) && !name.EndsWith(".user", StringComparison.Ordinal);

    private static IEnumerable<FileInfo> Below(DirectoryInfo folder) => folder.EnumerateFiles().Where(file => IsOwn(file.Name))
        .Concat(folder.EnumerateDirectories().Where(inner => IsOwn(inner.Name)).SelectMany(Below));
}
