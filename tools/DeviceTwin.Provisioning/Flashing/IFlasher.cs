namespace DeviceTwin.Provisioning.Flashing;

/// <summary>Writes the firmware of a folder to a board and reads it back.</summary>
public interface IFlasher
{
    /// <summary>Flashes the board whose radio has an address.</summary>
    /// <param name="mac">12 hexadecimal digits.</param>
    /// <param name="cancellation">Ends it; a board whose flash was cut off is flashed anew.</param>
    /// <exception cref="Tray.BoardFaultException">It could not, or what was read back differs.</exception>
    Task Flash(string mac, CancellationToken cancellation);
}
