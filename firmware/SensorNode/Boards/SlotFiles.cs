namespace DeviceTwin.SensorNode.Boards;

/// <summary>
/// Files on a medium on which closing a file is what makes it durable: a file that is replaced lives in two slots (see <see cref="FileSlot"/>), one that grows in one place.
/// What stands here needs nothing of the medium but that; nothing is renamed.
/// </summary>
public abstract class SlotFiles : IFiles
{
    private const string GrowingSuffix = ".s";

    public byte[] Read(string name)
    {
        byte[] first = Load(Path(name, 0));
        byte[] second = Load(Path(name, 1));
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
        int firstSequence = FileSlot.Sequence(Load(Path(name, 0)));
        int secondSequence = FileSlot.Sequence(Load(Path(name, 1)));
        int newest = firstSequence > secondSequence ? firstSequence : secondSequence;
        Store(Path(name, firstSequence > secondSequence ? 1 : 0), FileSlot.Wrap(newest + 1, content));
    }

    public void Delete(string name)
    {
        // The older one first: a power cut in between must not bring it back.
        int older = FileSlot.Sequence(Load(Path(name, 0))) > FileSlot.Sequence(Load(Path(name, 1))) ? 1 : 0;
        Remove(Path(name, older));
        Remove(Path(name, 1 - older));
        Remove(name + GrowingSuffix);
    }

    public void Append(string name, byte[] bytes, int count)
    {
        Add(name + GrowingSuffix, bytes, count);
    }

    public int ReadAt(string name, int position, byte[] buffer, int count)
    {
        return Load(name + GrowingSuffix, position, buffer, count);
    }

    public int Length(string name)
    {
        return Size(name + GrowingSuffix);
    }

    public string[] List()
    {
        string[] all = Names();
        int count = 0;
        for (int index = 0; index < all.Length; index++)
        {
            if (IsGrowing(all[index]))
            {
                count++;
            }
        }

        string[] names = new string[count];
        count = 0;
        for (int index = 0; index < all.Length; index++)
        {
            if (IsGrowing(all[index]))
            {
                names[count++] = all[index].Substring(0, all[index].Length - GrowingSuffix.Length);
            }
        }

        return names;
    }

    /// <summary>A whole file of the medium, null where there is none.</summary>
    protected abstract byte[] Load(string path);

    /// <summary>A piece of a file of the medium; 0 where there is none.</summary>
    protected abstract int Load(string path, int position, byte[] buffer, int count);

    /// <summary>Replaces or makes a file of the medium and closes it.</summary>
    protected abstract void Store(string path, byte[] content);

    /// <summary>Adds to a file of the medium, or makes it, and closes it.</summary>
    protected abstract void Add(string path, byte[] bytes, int count);

    /// <summary>Removes a file of the medium where there is one.</summary>
    protected abstract void Remove(string path);

    /// <summary>Length of a file of the medium, 0 where there is none.</summary>
    protected abstract int Size(string path);

    /// <summary>Names of all files of the medium.</summary>
    protected abstract string[] Names();

    private static string Path(string name, int slot)
    {
        return name + (slot == 0 ? ".a" : ".b");
    }

    private static bool IsGrowing(string path)
    {
        int cut = path.Length - GrowingSuffix.Length;
        return cut > 0 && path.Substring(cut) == GrowingSuffix;
    }
}
