#nullable enable

using System;
using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

namespace DeviceTwin.SensorNode.Simulator.Bench;

/// <summary>
/// A pseudo-terminal: the other end of a serial port that a tool opens like any other. Linux and macOS. No member waits. What is written while nobody has the port
/// open is lost, as on a wire.
/// </summary>
public sealed class PseudoTerminal : IDisposable
{
    private const int ReadWrite = 2;
    private const int LongestName = 128;

    // Larger than a termios of either system.
    private const int TermiosBytes = 256;
    private const short PollHangUp = 0x10;

    private readonly object _gate = new();
    private int _master;

    /// <summary>Makes one; its port is there at once.</summary>
    /// <exception cref="PlatformNotSupportedException">Neither Linux nor macOS.</exception>
    /// <exception cref="IOException">The system has no more, or refuses.</exception>
    public PseudoTerminal()
    {
        if (!IsSupported)
        {
            throw new PlatformNotSupportedException("Pseudo-terminals are there on Linux and macOS.");
        }

        int noControl = OperatingSystem.IsMacOS() ? 0x20000 : 0x100;
        int nonBlocking = OperatingSystem.IsMacOS() ? 4 : 0x800;

        // A program that is started meanwhile must not inherit this end: the tool would never hear that the cable is pulled.
        int closeOnExecute = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;
        _master = Native.posix_openpt(ReadWrite | noControl | nonBlocking | closeOnExecute);
        if (_master < 0)
        {
            throw Failure("made");
        }

        try
        {
            byte[] name = new byte[LongestName];
            if (Native.grantpt(_master) != 0 || Native.unlockpt(_master) != 0 || Native.ptsname_r(_master, name, name.Length) != 0)
            {
                throw Failure("made");
            }

            PortName = Encoding.UTF8.GetString(name, 0, Array.IndexOf(name, (byte)0));

            // Raw from the beginning: before a tool has set it up, the system must not echo the board's lines back to it. And once opened and closed it is seen to be closed.
            int slave = Native.open(Encoding.UTF8.GetBytes(PortName + "\0"), ReadWrite | noControl | closeOnExecute);
            byte[] settings = new byte[TermiosBytes];
            if (slave < 0 || Native.tcgetattr(slave, settings) != 0)
            {
                throw Failure("opened");
            }

            Native.cfmakeraw(settings);
            int set = Native.tcsetattr(slave, 0, settings);
            _ = Native.close(slave);
            if (set != 0)
            {
                throw Failure("set up");
            }
        }
        catch (IOException)
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether this system has pseudo-terminals.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    /// <summary>What the tool opens.</summary>
    public string PortName { get; }

    /// <summary>Whether somebody has the port open.</summary>
    public bool IsOpened
    {
        get
        {
            lock (_gate)
            {
                PollEntry entry = new() { Descriptor = _master };
                return _master >= 0 && Native.poll(ref entry, 1, 0) >= 0 && (entry.Happened & PollHangUp) == 0;
            }
        }
    }

    /// <summary>Takes bytes that the tool sent.</summary>
    /// <returns>How many; 0 where there are none.</returns>
    public int Read(Span<byte> bytes)
    {
        lock (_gate)
        {
            return _master < 0 ? 0 : Math.Max(0, (int)Native.read(_master, ref MemoryMarshal.GetReference(bytes), (nuint)bytes.Length));
        }
    }

    /// <summary>Sends bytes to the tool. What the system does not take is lost.</summary>
    /// <returns>How many it took.</returns>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            int sent = 0;
            while (sent < bytes.Length && IsOpened)
            {
                int count = (int)Native.write(_master, ref MemoryMarshal.GetReference(bytes[sent..]), (nuint)(bytes.Length - sent));
                if (count <= 0)
                {
                    break;
                }

                sent += count;
            }

            return sent;
        }
    }

    /// <summary>The cable is pulled: the port is gone.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_master >= 0)
            {
                _ = Native.close(_master);
                _master = -1;
            }
        }
    }

    private static IOException Failure(string what)
    {
        Win32Exception reason = new(Marshal.GetLastPInvokeError());
        return new IOException($"A pseudo-terminal could not be {what}: {reason.Message}.", reason);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Wanted;
        public short Happened;
    }

    private static class Native
    {
        [DllImport("libc", SetLastError = true)]
        public static extern int posix_openpt(int flags);

        [DllImport("libc", SetLastError = true)]
        public static extern int grantpt(int descriptor);

        [DllImport("libc", SetLastError = true)]
        public static extern int unlockpt(int descriptor);

        [DllImport("libc", SetLastError = true)]
        public static extern int ptsname_r(int descriptor, byte[] name, nint length);

        [DllImport("libc", SetLastError = true)]
        public static extern int open(byte[] path, int flags);

        [DllImport("libc", SetLastError = true)]
        public static extern int close(int descriptor);

        [DllImport("libc", SetLastError = true)]
        public static extern nint read(int descriptor, ref byte bytes, nuint count);

        [DllImport("libc", SetLastError = true)]
        public static extern nint write(int descriptor, ref byte bytes, nuint count);

        [DllImport("libc", SetLastError = true)]
        public static extern int poll(ref PollEntry entries, nuint count, int timeoutMs);

        [DllImport("libc", SetLastError = true)]
        public static extern int tcgetattr(int descriptor, byte[] settings);

        [DllImport("libc", SetLastError = true)]
        public static extern int tcsetattr(int descriptor, int when, byte[] settings);

        [DllImport("libc")]
        public static extern void cfmakeraw(byte[] settings);
    }
}
