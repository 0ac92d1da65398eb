namespace DeviceTwin.Provisioning.Dialogue;

/// <summary>What a node tells of a field of its configuration, staged or stored.</summary>
/// <param name="Name">The field's name, see <see cref="SensorNode.Provisioning.StagedField"/>.</param>
/// <param name="Length">Length of its text.</param>
/// <param name="Value">The text; null of secrets and of long ones.</param>
/// <param name="Fingerprint">Eight hexadecimal digits (see <see cref="SecretText.Fingerprint"/>) where the text is not told; null where it could be guessed from them, too.</param>
public sealed record StoredField(string Name, int Length, string? Value, string? Fingerprint);
