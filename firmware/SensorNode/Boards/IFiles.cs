namespace DeviceTwin.SensorNode.Boards;

/// <summary>
/// Small named files that survive a power cut, of two kinds with names of their own: those that are replaced as a whole, and those that grow at
/// their end (<see cref="Append"/>). How much room is left no board can say; whoever writes knows how much it may.
/// </summary>
public interface IFiles
{
    /// <summary>The whole content of a file that is replaced, or null where there is none.</summary>
    byte[] Read(string name);

    /// <summary>Replaces the whole content. Durable on return; after a power cut either the old or the new content is there.</summary>
    void Write(string name, byte[] content);

    /// <summary>Removes a file of either kind; nothing happens where there is none.</summary>
    void Delete(string name);

    /// <summary>
    /// Adds to the end of a file that grows; makes it where there is none. Durable on return; after a power cut all of it, nothing or a beginning is there,
    /// and the file may exist without a byte.
    /// </summary>
    /// <param name="count">How many of the bytes, from the first on.</param>
    void Append(string name, byte[] bytes, int count);

    /// <summary>Reads a piece of a file that grows.</summary>
    /// <returns>The bytes read; fewer than asked for at the end, 0 behind it or where there is no file.</returns>
    int ReadAt(string name, int position, byte[] buffer, int count);

    /// <summary>Length of a file that grows, 0 where there is none.</summary>
    int Length(string name);

    /// <summary>Names of the files that grow, in no order.</summary>
    string[] List();
}
