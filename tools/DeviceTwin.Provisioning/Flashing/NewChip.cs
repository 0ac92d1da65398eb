namespace DeviceTwin.Provisioning.Flashing;

/// <summary>A chip that was as new when it was found.</summary>
/// <param name="Port">Where it was found.</param>
/// <param name="Mac">The address of its radio, 12 hexadecimal digits.</param>
/// <param name="Fault">Why it has no firmware still; null where it has.</param>
public sealed record NewChip(string Port, string Mac, string? Fault);
