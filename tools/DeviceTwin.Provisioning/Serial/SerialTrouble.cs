namespace DeviceTwin.Provisioning.Serial;

/// <summary>The sentences about ports that cannot be used: why, and what to do next.</summary>
internal static class SerialTrouble
{
    /// <summary>There is no such port.</summary>
    public static SerialPortException NotFound(string port, Exception? inner = null) => new(
        SerialFault.NotFound,
        port,
        $"There is no port {port}.",
        "Plug the adapter in, and look at the list of ports: another cable that only charges shows none.",
        inner);

    /// <summary>Somebody has it.</summary>
    /// <param name="port">The port.</param>
    /// <param name="holders">Who has it, as far as it is known.</param>
    /// <param name="inner">What the system said.</param>
    public static SerialPortException Occupied(string port, IReadOnlyList<PortHolder> holders, Exception? inner = null) => new(
        SerialFault.Occupied,
        port,
        holders.Count == 0 ? $"Another program has {port} open." : $"{string.Join(" and ", holders)} {(holders.Count == 1 ? "has" : "have")} {port} open.",
        holders.Count == 0
            ? "Close the serial monitor, the debugger or the other run of this tool that has it, and try again."
            : $"Close {(holders.Count == 1 ? "it" : "them")} and try again.",
        inner);

    /// <summary>This user may not.</summary>
    /// <param name="port">The port.</param>
    /// <param name="group">The group that may, where the system says it; empty where not.</param>
    /// <param name="inner">What the system said.</param>
    public static SerialPortException NotPermitted(string port, string group, Exception? inner = null) => new(
        SerialFault.NotPermitted,
        port,
        $"You may not open {port}.",
        group.Length > 0
            ? $"Have yourself added to the group {group} (sudo usermod -aG {group} $USER), log in again, and try again."
            : "Ask whoever administers this computer for the right to use its serial ports.",
        inner);

    /// <summary>It is something else.</summary>
    public static SerialPortException NotASerialPort(string port, Exception? inner = null) => new(
        SerialFault.NotASerialPort, port, $"{port} is no serial port that can be set to 115200 baud.", "Name one from the list of ports.", inner);

    /// <summary>It was there.</summary>
    public static SerialPortException Vanished(string port, Exception? inner = null) => new(
        SerialFault.Vanished,
        port,
        $"{port} is gone: the cable was pulled, or the adapter lost its power.",
        "Plug it in again, into the same socket, and go on; where it happens again, try another cable or a hub with a supply of its own.",
        inner);

    /// <summary>It takes nothing.</summary>
    public static SerialPortException Stuck(string port) => new(
        SerialFault.Stuck, port, $"{port} takes no more bytes.", "Unplug the adapter and plug it in again.");

    /// <summary>Anything else.</summary>
    public static SerialPortException Failed(string port, Exception inner) => new(
        SerialFault.Failed, port, $"{port} cannot be used: {inner.Message.TrimEnd('.')}.", "Unplug the adapter, plug it in again, and try again.", inner);
}
