using DeviceTwin.Provisioning.Dialogue;

namespace DeviceTwin.Provisioning.Tray;

/// <summary>What a node's own word on its link means to a technician.</summary>
public static class LinkDiagnosis
{
    /// <summary>Null where the node does not say.</summary>
    public static Diagnosis? Of(BoardStatus status) => null;
}
