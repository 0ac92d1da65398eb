using System.IO;

namespace DeviceTwin.SensorNode.Boards.Esp32;

/// <summary>
/// Files on the internal littlefs partition. The driver makes a file durable when it is closed and not before, and only as a whole: a cut before that leaves what was there,
/// or a new file without a byte.
/// </summary>
public sealed class Esp32Files : SlotFiles
{
    private const string Root = "I:\\";

    protected override byte[] Load(string path)
    {
        return File.Exists(Root + path) ? File.ReadAllBytes(Root + path) : null;
    }

    protected override int Load(string path, int position, byte[] buffer, int count)
    {
        if (!File.Exists(Root + path))
        {
            return 0;
        }

        var stream = new FileStream(Root + path, FileMode.Open, FileAccess.Read);
        try
        {
            // The driver answers a read at the end with -1, and one behind it with an error.
            long left = stream.Length - position;
            int wanted = left < count ? (int)left : count;
            if (wanted <= 0)
            {
                return 0;
            }

            stream.Seek(position, SeekOrigin.Begin);
            int read = 0;
            while (read < wanted)
            {
                int piece = stream.Read(buffer, read, wanted - read);
                if (piece <= 0)
                {
                    break;
                }

                read += piece;
            }

            return read;
        }
        finally
        {
            stream.Close();
        }
    }

    protected override void Store(string path, byte[] content)
    {
        File.WriteAllBytes(Root + path, content);
    }

    protected override void Add(string path, byte[] bytes, int count)
    {
        var stream = new FileStream(Root + path, FileMode.Append, FileAccess.Write);
        try
        {
            stream.Write(bytes, 0, count);
        }
        finally
        {
            stream.Close();
        }
    }

    protected override void Remove(string path)
    {
        if (File.Exists(Root + path))
        {
            File.Delete(Root + path);
        }
    }

    protected override int Size(string path)
    {
        if (!File.Exists(Root + path))
        {
            return 0;
        }

        var stream = new FileStream(Root + path, FileMode.Open, FileAccess.Read);
        try
        {
            return (int)stream.Length;
        }
        finally
        {
            stream.Close();
        }
    }

    protected override string[] Names()
    {
        string[] files = Directory.GetFiles(Root);
        for (int index = 0; index < files.Length; index++)
        {
            files[index] = Path.GetFileName(files[index]);
        }

        return files;
    }
}
