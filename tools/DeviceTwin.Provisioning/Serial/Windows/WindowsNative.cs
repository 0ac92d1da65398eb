using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DeviceTwin.Provisioning.Serial.Windows;

/// <summary>What is needed of Win32's communication functions.</summary>
internal static partial class WindowsNative
{
    public const uint ReadWrite = 0xC0000000;
    public const uint OpenExisting = 3;
    public const uint Overlapped = 0x40000000;
    public const int SetRts = 3;
    public const int ClearRts = 4;
    public const int SetDtr = 5;
    public const int ClearDtr = 6;
    public const int PurgeInput = 0x2 | 0x8;
    public const int PurgeOutput = 0x1 | 0x4;

    public const int FileNotFound = 2;
    public const int PathNotFound = 3;
    public const int AccessDenied = 5;
    public const int InvalidHandle = 6;
    public const int BadCommand = 22;
    public const int GeneralFailure = 31;
    public const int SharingViolation = 32;
    public const int InvalidParameter = 87;
    public const int InvalidName = 123;
    public const int DeviceRemoved = 1617;

    [LibraryImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    public static partial SafeFileHandle CreateFile(string name, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetCommState(SafeFileHandle handle, ref DeviceControlBlock settings);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetCommState(SafeFileHandle handle, ref DeviceControlBlock settings);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetCommTimeouts(SafeFileHandle handle, ref Timeouts timeouts);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetupComm(SafeFileHandle handle, uint inputBytes, uint outputBytes);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool EscapeCommFunction(SafeFileHandle handle, int function);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool PurgeComm(SafeFileHandle handle, int what);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool FlushFileBuffers(SafeFileHandle handle);

    /// <summary><c>DCB</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct DeviceControlBlock
    {
        /// <summary>fBinary; DTR and RTS asserted while the port is open; no handshake, no parity, no replacing of bytes, no stop after an error.</summary>
        public const uint BinaryWithLines = 0x1 | (1 << 4) | (1 << 12);

        public uint Length;
        public uint BaudRate;
        public uint Flags;
        public ushort Reserved;
        public ushort XonLimit;
        public ushort XoffLimit;
        public byte ByteSize;
        public byte Parity;
        public byte StopBits;
        public byte XonCharacter;
        public byte XoffCharacter;
        public byte ErrorCharacter;
        public byte EndCharacter;
        public byte EventCharacter;
        public ushort Reserved1;
    }

    /// <summary><c>COMMTIMEOUTS</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Timeouts
    {
        public uint ReadInterval;
        public uint ReadTotalMultiplier;
        public uint ReadTotalConstant;
        public uint WriteTotalMultiplier;
        public uint WriteTotalConstant;
    }
}
