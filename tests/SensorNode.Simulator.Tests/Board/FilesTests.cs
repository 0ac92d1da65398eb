using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Simulator.Board;

namespace DeviceTwin.Tests.SensorNode.Simulator.Board;

public class FilesTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("devicetwin-files-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void What_was_written_is_read_and_what_was_deleted_is_gone([Values] bool inFolder)
    {
        IFiles files = inFolder ? new FolderFiles(_folder) : new MemoryFiles();
        Assert.That(files.Read("settings"), Is.Null);
        files.Write("settings", [1, 2, 3]);
        files.Write("settings", [4]);
        Assert.That(files.Read("settings"), Is.EqualTo(new byte[] { 4 }));
        files.Delete("settings");
        files.Delete("settings");
        Assert.That(files.Read("settings"), Is.Null);
    }

    [Test]
    public void A_folder_holds_the_files_for_the_next_board()
    {
        new FolderFiles(_folder).Write("settings", [7]);
        Assert.That(new FolderFiles(_folder).Read("settings"), Is.EqualTo(new byte[] { 7 }));
    }

    [Test]
    public void A_write_that_a_crash_cut_off_leaves_the_old_content()
    {
        FolderFiles files = new(_folder);
        files.Write("settings", [1, 2, 3]);
        File.WriteAllBytes(Path.Combine(_folder, "settings.new"), [9]);
        Assert.That(files.Read("settings"), Is.EqualTo(new byte[] { 1, 2, 3 }));
        files.Write("settings", [5]);
        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(1), "nothing is left over");
    }

    [TestCase("")]
    [TestCase("..")]
    [TestCase("../settings")]
    [TestCase("a/b")]
    [TestCase("settings.new")]
    public void A_name_cannot_lead_out_of_the_folder(string name) =>
        Assert.That(() => new FolderFiles(_folder).Write(name, []), Throws.ArgumentException);
}
