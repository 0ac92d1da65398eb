using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Simulator.Board;

namespace DeviceTwin.Bench.Soak.NodeTwin;

/// <summary>Files that at times cannot be written.</summary>
internal sealed class FickleFiles : IFiles
{
    private readonly MemoryFiles _files = new();

    public bool Fails { get; set; }

    /// <summary>Writes that came about.</summary>
    public int Writes { get; private set; }

    public byte[]? Read(string name) => _files.Read(name);

    public void Write(string name, byte[] content)
    {
        if (Fails)
        {
            throw new IOException("the flash does not take it");
        }

        Writes++;
        _files.Write(name, content);
    }

    public void Delete(string name) => _files.Delete(name);

    public void Append(string name, byte[] bytes, int count)
    {
        if (Fails)
        {
            throw new IOException("no medium");
        }

        _files.Append(name, bytes, count);
    }

    public int ReadAt(string name, int position, byte[] buffer, int count) => _files.ReadAt(name, position, buffer, count);

    public int Length(string name) => _files.Length(name);

    public string[] List() => _files.List();
}
