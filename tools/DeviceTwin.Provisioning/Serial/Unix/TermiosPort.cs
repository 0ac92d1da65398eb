using System.ComponentModel;
using System.Runtime.InteropServices;

namespace DeviceTwin.Provisioning.Serial.Unix;

/// <summary>A serial port of Linux or macOS.</summary>
internal sealed class TermiosPort : ISerialPort
{
    private static readonly TimeSpan DrainPause = TimeSpan.FromMilliseconds(5);

    private readonly TermiosStream _stream;
    private bool _isReady = true;
    private bool _isRequesting = true;

    private TermiosPort(string name, int descriptor)
    {
        PortName = name;
        _stream = new TermiosStream(name, descriptor);
    }

    public string PortName { get; }

    public Stream BaseStream => _stream;

    public bool DtrEnable
    {
        get => _isReady;
        set
        {
            SetLine(UnixNumbers.DataTerminalReady, value);
            _isReady = value;
        }
    }

    public bool RtsEnable
    {
        get => _isRequesting;
        set
        {
            SetLine(UnixNumbers.RequestToSend, value);
            _isRequesting = value;
        }
    }

    /// <summary>Opens a port, locks it, and sets it up.</summary>
    /// <param name="name">What the caller calls it.</param>
    /// <param name="path">The device itself, links resolved.</param>
    /// <exception cref="SerialPortException">It cannot be opened.</exception>
    public static TermiosPort Open(string name, string path)
    {
        UnixNumbers numbers = UnixNumbers.Current;
        int descriptor = UnixNative.Open(path, UnixNumbers.ReadWrite | numbers.NoControlTerminal | numbers.NonBlocking | numbers.CloseOnExecute);
        if (descriptor < 0)
        {
            throw WhyNotOpened(name, path);
        }

        try
        {
            Claim(name, path, descriptor);
            SetUp(name, descriptor);
            return new TermiosPort(name, descriptor);
        }
        catch (SerialPortException)
        {
            _ = UnixNative.Close(descriptor);
            throw;
        }
    }

    public async Task DrainAsync(CancellationToken cancellation = default)
    {
        int waiting = 0;
        while (_stream.Use(descriptor => UnixNative.Control(descriptor, UnixNumbers.Current.OutputQueue, ref waiting)) == 0 && waiting > 0)
        {
            await Task.Delay(DrainPause, cancellation).ConfigureAwait(false);
        }
    }

    public void DiscardInBuffer()
    {
        _stream.Use(descriptor => UnixNative.Flush(descriptor, UnixNumbers.Current.FlushInput));
        _stream.Forget();
    }

    public void DiscardOutBuffer() => _stream.Use(descriptor => UnixNative.Flush(descriptor, UnixNumbers.Current.FlushOutput));

    public void Dispose() => _stream.Dispose();

    // Root is let in where a port is exclusive, and who opened it without asking locked nothing: three ways to find out.
    private static void Claim(string name, string path, int descriptor)
    {
        if (UnixNative.IsTerminal(descriptor) == 0)
        {
            throw SerialTrouble.NotASerialPort(name, Reason());
        }

        bool isLocked = UnixNative.Flock(descriptor, UnixNumbers.LockExclusiveNow) != 0;
        Win32Exception? reason = isLocked ? Reason() : null;
        IReadOnlyList<PortHolder> holders = PortHolders.Of(path, own: 1);
        if (isLocked || holders.Count > 0)
        {
            throw SerialTrouble.Occupied(name, holders, reason);
        }

        int nothing = 0;
        _ = UnixNative.Control(descriptor, UnixNumbers.Current.Exclusive, ref nothing);
    }

    private static void SetUp(string name, int descriptor)
    {
        Span<byte> settings = stackalloc byte[TermiosLayout.Bytes];
        settings.Clear();
        if (UnixNative.GetSettings(descriptor, settings) != 0)
        {
            throw SerialTrouble.NotASerialPort(name, Reason());
        }

        TermiosLayout.Current.MakeRaw(settings);
        uint speed = UnixNumbers.Current.Speed115200;
        if (UnixNative.SetInputSpeed(settings, speed) != 0 || UnixNative.SetOutputSpeed(settings, speed) != 0 || UnixNative.SetSettings(descriptor, 0, settings) != 0)
        {
            throw SerialTrouble.NotASerialPort(name, Reason());
        }

        // What came before anybody listened is half a line at best.
        _ = UnixNative.Flush(descriptor, UnixNumbers.Current.FlushInput);
    }

    private static SerialPortException WhyNotOpened(string name, string path)
    {
        Win32Exception reason = Reason();
        return reason.NativeErrorCode switch
        {
            UnixNumbers.NoEntry or UnixNumbers.NoDevice or UnixNumbers.NoSuchAddress or UnixNumbers.NotADirectory => SerialTrouble.NotFound(name, reason),
            UnixNumbers.InputOutput => SerialTrouble.Vanished(name, reason),
            UnixNumbers.Busy => SerialTrouble.Occupied(name, PortHolders.Of(path, own: 0), reason),
            UnixNumbers.AccessDenied or UnixNumbers.NotPermitted => SerialTrouble.NotPermitted(name, GroupOf(path), reason),
            UnixNumbers.IsADirectory => SerialTrouble.NotASerialPort(name, reason),
            _ => SerialTrouble.Failed(name, reason),
        };
    }

    // The devices' group is dialout on Debian and its children, uucp on Arch and its.
    private static string GroupOf(string path)
    {
        if (!OperatingSystem.IsLinux() || !path.StartsWith("/dev/", StringComparison.Ordinal))
        {
            return "";
        }

        try
        {
            string[] groups = [.. File.ReadLines("/etc/group").Select(line => line.Split(':')[0])];
            return groups.Contains("dialout") ? "dialout" : groups.Contains("uucp") ? "uucp" : "";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static Win32Exception Reason() => new(Marshal.GetLastPInvokeError());

    // Pseudo-terminals and some adapters have no such lines.
    private void SetLine(int line, bool isAsserted)
    {
        int value = line;
        UnixNumbers numbers = UnixNumbers.Current;
        _stream.Use(descriptor => UnixNative.Control(descriptor, isAsserted ? numbers.SetLines : numbers.ClearLines, ref value));
    }
}
