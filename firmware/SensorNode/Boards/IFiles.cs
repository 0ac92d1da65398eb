namespace DeviceTwin.SensorNode.Boards;

/// <summary>Small named files that survive a power cut.</summary>
public interface IFiles
{
    /// <summary>The whole content, or null where there is no such file.</summary>
    byte[] Read(string name);

    /// <summary>Replaces the whole content. Durable on return; after a power cut either the old or the new content is there.</summary>
    void Write(string name, byte[] content);

    /// <summary>Removes the file; nothing happens where there is none.</summary>
    void Delete(string name);
}
