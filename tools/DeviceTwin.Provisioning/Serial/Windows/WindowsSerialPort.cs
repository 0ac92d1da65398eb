using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace DeviceTwin.Provisioning.Serial.Windows;

/// <summary>A serial port of Windows. Written after Win32's documentation; not run on Windows by our tests.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsSerialPort : ISerialPort
{
    private const uint DriverBytes = 4096;
    private const uint WriteWithinMs = 5000;

    private readonly SafeFileHandle _handle;
    private readonly WindowsSerialStream _stream;
    private bool _isReady = true;
    private bool _isRequesting = true;

    private WindowsSerialPort(string name, SafeFileHandle handle)
    {
        PortName = name;
        _handle = handle;
        _stream = new WindowsSerialStream(name, handle);
    }

    public string PortName { get; }

    public Stream BaseStream => _stream;

    public bool DtrEnable
    {
        get => _isReady;
        set
        {
            Do(WindowsNative.EscapeCommFunction(_handle, value ? WindowsNative.SetDtr : WindowsNative.ClearDtr));
            _isReady = value;
        }
    }

    public bool RtsEnable
    {
        get => _isRequesting;
        set
        {
            Do(WindowsNative.EscapeCommFunction(_handle, value ? WindowsNative.SetRts : WindowsNative.ClearRts));
            _isRequesting = value;
        }
    }

    /// <summary>Opens a port (nobody else can meanwhile) and sets it up.</summary>
    /// <exception cref="SerialPortException">It cannot be opened.</exception>
    public static WindowsSerialPort Open(string name)
    {
        // COM10 and above are found behind this prefix only.
        string path = name.StartsWith(@"\\.\", StringComparison.Ordinal) ? name : @"\\.\" + name;
        SafeFileHandle handle = WindowsNative.CreateFile(path, WindowsNative.ReadWrite, 0, 0, WindowsNative.OpenExisting, WindowsNative.Overlapped, 0);
        Win32Exception reason = Reason();
        if (handle.IsInvalid)
        {
            throw WhyNotOpened(name, reason);
        }

        try
        {
            WindowsNative.DeviceControlBlock settings = new() { Length = (uint)Marshal.SizeOf<WindowsNative.DeviceControlBlock>() };
            if (!WindowsNative.GetCommState(handle, ref settings))
            {
                throw SerialTrouble.NotASerialPort(name, Reason());
            }

            settings.BaudRate = 115200;
            settings.Flags = WindowsNative.DeviceControlBlock.BinaryWithLines;
            settings.ByteSize = 8;
            settings.Parity = 0;
            settings.StopBits = 0;

            // A read ends with the first bytes that are there, and otherwise not; a write that the driver does not take for long fails.
            WindowsNative.Timeouts timeouts = new()
            {
                ReadInterval = uint.MaxValue,
                ReadTotalMultiplier = uint.MaxValue,
                ReadTotalConstant = uint.MaxValue - 1,
                WriteTotalConstant = WriteWithinMs,
            };
            if (!WindowsNative.SetCommState(handle, ref settings) || !WindowsNative.SetCommTimeouts(handle, ref timeouts))
            {
                throw SerialTrouble.NotASerialPort(name, Reason());
            }

            _ = WindowsNative.SetupComm(handle, DriverBytes, DriverBytes);
            _ = WindowsNative.PurgeComm(handle, WindowsNative.PurgeInput);
            return new WindowsSerialPort(name, handle);
        }
        catch (SerialPortException)
        {
            handle.Dispose();
            throw;
        }
    }

    public Task DrainAsync(CancellationToken cancellation = default) =>
        Task.Run(() => Do(WindowsNative.FlushFileBuffers(_handle)), CancellationToken.None).WaitAsync(cancellation);

    public void DiscardInBuffer()
    {
        Do(WindowsNative.PurgeComm(_handle, WindowsNative.PurgeInput));
        _stream.Forget();
    }

    public void DiscardOutBuffer() => Do(WindowsNative.PurgeComm(_handle, WindowsNative.PurgeOutput));

    public void Dispose() => _stream.Dispose();

    private static Win32Exception Reason() => new(Marshal.GetLastPInvokeError());

    private static SerialPortException WhyNotOpened(string name, Win32Exception reason) => reason.NativeErrorCode switch
    {
        WindowsNative.FileNotFound or WindowsNative.PathNotFound or WindowsNative.InvalidName => SerialTrouble.NotFound(name, reason),
        // Windows says this of a port that somebody has; of rights it hardly ever speaks here.
        WindowsNative.AccessDenied or WindowsNative.SharingViolation => SerialTrouble.Occupied(name, [], reason),
        WindowsNative.GeneralFailure or WindowsNative.DeviceRemoved => SerialTrouble.Vanished(name, reason),
        WindowsNative.InvalidParameter => SerialTrouble.NotASerialPort(name, reason),
        _ => SerialTrouble.Failed(name, reason),
    };

    private void Do(bool isDone)
    {
        if (!isDone)
        {
            throw SerialTrouble.Vanished(PortName, Reason());
        }
    }
}
