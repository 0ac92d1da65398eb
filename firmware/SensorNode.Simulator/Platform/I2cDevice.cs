#nullable enable

using DeviceTwin.SensorNode.Simulator.Board;

namespace System.Device.I2c;

/// <summary>
/// nanoFramework's I2C device (System.Device.I2c), as far as the firmware's rooms use it. Here every transfer goes to a
/// simulated peripheral. Obtained from <see cref="SimulatedBus"/>.
/// </summary>
public class I2cDevice
{
    private readonly II2cPeripheral _peripheral;

    internal I2cDevice(II2cPeripheral peripheral)
    {
        _peripheral = peripheral;
    }

    /// <summary>Writes, then reads after a repeated start.</summary>
    public I2cTransferResult WriteRead(SpanByte writeBuffer, SpanByte readBuffer)
    {
        if (!_peripheral.Write(writeBuffer.AsSpan()) || !_peripheral.Read(readBuffer.AsSpan()))
        {
            return new I2cTransferResult(0, I2cTransferStatus.SlaveAddressNotAcknowledged);
        }

        return new I2cTransferResult((uint)(writeBuffer.Length + readBuffer.Length), I2cTransferStatus.FullTransfer);
    }
}

/// <summary>How an I2C transfer ended.</summary>
public enum I2cTransferStatus
{
    /// <summary>Failed for a reason that is not known.</summary>
    UnknownError = 0,

    /// <summary>Everything was transferred.</summary>
    FullTransfer = 1,

    /// <summary>The peripheral held the clock for too long.</summary>
    ClockStretchTimeout = 2,

    /// <summary>The peripheral stopped acknowledging.</summary>
    PartialTransfer = 3,

    /// <summary>Nobody answered the address.</summary>
    SlaveAddressNotAcknowledged = 4,
}

/// <summary>Result of an I2C transfer.</summary>
public struct I2cTransferResult
{
    internal I2cTransferResult(uint bytesTransferred, I2cTransferStatus status)
    {
        BytesTransferred = bytesTransferred;
        Status = status;
    }

    /// <summary>Bytes written and read.</summary>
    public uint BytesTransferred { get; }

    /// <summary>How it ended.</summary>
    public I2cTransferStatus Status { get; }
}
