namespace DeviceTwin.Provisioning.Dialogue;

/// <summary>How much of a long text has arrived.</summary>
/// <param name="Field">Name of the field.</param>
/// <param name="Sent">Bytes that the node has.</param>
/// <param name="Total">Bytes of the whole.</param>
public sealed record TransferProgress(string Field, int Sent, int Total);
