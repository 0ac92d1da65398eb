namespace DeviceTwin.Provisioning.Serial;

/// <summary>A program that has a port open.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ProcessId">Its number.</param>
internal sealed record PortHolder(string Name, int ProcessId)
{
    /// <summary>For a sentence: <c>minicom (process 4711)</c>.</summary>
    public override string ToString() => $"{Name} (process {ProcessId})";
}
