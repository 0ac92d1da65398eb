namespace DeviceTwin.SensorNode.Boards;

/// <summary>
/// A byte line to a technician's tool, handed in as a bus is: a UART on a board, a pipe in the simulator. Neither method waits for the other
/// side, and neither throws.
/// </summary>
public interface ISerialLink
{
    /// <summary>Takes bytes that have arrived.</summary>
    /// <returns>How many; 0 where there are none.</returns>
    int Read(byte[] buffer, int offset, int count);

    /// <summary>Sends bytes. What cannot be sent is lost; the tool asks again.</summary>
    void Write(byte[] buffer, int offset, int count);
}
