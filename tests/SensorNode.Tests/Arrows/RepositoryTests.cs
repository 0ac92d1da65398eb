using System.Text.RegularExpressions;

namespace DeviceTwin.Tests.SensorNode.Arrows;

/// <summary>The repository is as tidy as the plan says.</summary>
public sealed partial class RepositoryTests
{
    private static readonly string[] RootEntries =
    [
        ".ci", ".editorconfig", ".gitignore", "DeviceTwin.sln", "Directory.Build.props", "Directory.Packages.props", "LICENSE", "README.md",
        "cloud", "firmware", "global.json", "hardware", "tests", "tools",
    ];

    [Test]
    public void The_root_has_nothing_but_the_five_folders_and_the_build_files()
    {
        Assert.That(RepositoryFiles.Root, Is.SubsetOf(RootEntries));
    }

    [Test]
    public void No_file_names_a_package_registry_or_a_path_of_one_machine()
    {
        var found = RepositoryFiles.All.Where(path => IsText(path) && Forbidden().IsMatch(File.ReadAllText(TestFiles.InRepository(path))));

        Assert.That(found, Is.Empty);
    }

    [TestCase("value=\"https:%//packages.example/v3%/index.json\"", ExpectedResult = true)]
    [TestCase("\"resolved%\": \"https:%//packages.example/mqtt\"", ExpectedResult = true)]
    [TestCase("/home%/me/src/x.cs", ExpectedResult = true)]
    [TestCase("/root%/.dotnet", ExpectedResult = true)]
    [TestCase("PackageReference Include=\"NUnit\"", ExpectedResult = false)]
    [TestCase("devices/root/messages", ExpectedResult = false)]
    public bool A_registry_or_a_machine_is_recognised(string text) => Forbidden().IsMatch(text.Replace("%", ""));

    private static bool IsText(string path)
    {
        using var stream = File.OpenRead(TestFiles.InRepository(path));
        Span<byte> head = stackalloc byte[512];
        return stream.Length < 2_000_000 && !head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)].Contains((byte)0);
    }

    // Written so that this file does not match itself.
    [GeneratedRegex(@"""resolved"":\s*""http|/v3/index[.]json|(?<![\w.])/(home|root|Users)/[\w.]")]
    private static partial Regex Forbidden();
}
