using DeviceTwin.Bench.Generation.Hardware;

namespace DeviceTwin.Tests.Hardware.Boards;

/// <summary>The board files of the checkout.</summary>
internal static class BoardFiles
{
    public static IReadOnlyList<BoardFile> All { get; } = BoardFile.All(TestFiles.RepositoryRoot);

    public static IReadOnlyDictionary<string, ModuleFile> Modules { get; } = ModuleFile.All(TestFiles.RepositoryRoot);

    /// <summary>The board of the schematic.</summary>
    public static BoardFile OfTheSchematic { get; } = All.Single(board => board.Name == "esp32-s3-devkitc-1-n8r8");
}
