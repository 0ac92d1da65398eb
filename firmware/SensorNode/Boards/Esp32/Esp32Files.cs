using System.IO;

namespace DeviceTwin.SensorNode.Boards.Esp32;

/// <summary>Files on the internal littlefs partition, each in two slots (see <see cref="FileSlot"/>).</summary>
public sealed class Esp32Files : IFiles
{
    private const string Root = "I:\\";

    public byte[] Read(string name)
    {
        byte[] first = ReadSlot(name, 0);
        byte[] second = ReadSlot(name, 1);
        int firstSequence = FileSlot.Sequence(first);
        int secondSequence = FileSlot.Sequence(second);
        if (firstSequence == 0 && secondSequence == 0)
        {
            return null;
        }

        return FileSlot.Unwrap(firstSequence > secondSequence ? first : second);
    }

    public void Write(string name, byte[] content)
    {
        int firstSequence = FileSlot.Sequence(ReadSlot(name, 0));
        int secondSequence = FileSlot.Sequence(ReadSlot(name, 1));
        int newest = firstSequence > secondSequence ? firstSequence : secondSequence;
        File.WriteAllBytes(Path(name, firstSequence > secondSequence ? 1 : 0), FileSlot.Wrap(newest + 1, content));
    }

    public void Delete(string name)
    {
        // The older one first: a power cut in between must not bring it back.
        int older = FileSlot.Sequence(ReadSlot(name, 0)) > FileSlot.Sequence(ReadSlot(name, 1)) ? 1 : 0;
        DeleteSlot(name, older);
        DeleteSlot(name, 1 - older);
    }

    private static string Path(string name, int slot)
    {
        return Root + name + (slot == 0 ? ".a" : ".b");
    }

    private static byte[] ReadSlot(string name, int slot)
    {
        string path = Path(name, slot);
        return File.Exists(path) ? File.ReadAllBytes(path) : null;
    }

    private static void DeleteSlot(string name, int slot)
    {
        string path = Path(name, slot);
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }
}
