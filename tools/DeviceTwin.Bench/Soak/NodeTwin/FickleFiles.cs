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
}
