using DeviceTwin.Provisioning.Dialogue;
using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.Provisioning.Tray;

/// <summary>What a node's own word on its link means to a technician.</summary>
public static class LinkDiagnosis
{
    /// <summary>Null where the node does not say.</summary>
    public static Diagnosis? Of(BoardStatus status) => status.LinkFault switch
    {
        LinkFault.NoNetwork or LinkFault.NetworkNotFound => Diagnosis.NoNetwork,
        LinkFault.NetworkRefused => Diagnosis.WifiPassword,
        LinkFault.NoAddress => Diagnosis.NoAddress,
        LinkFault.ClockUnset => Diagnosis.ClockOff,
        LinkFault.HubUnreachable => Diagnosis.HubUnreachable,
        LinkFault.HubRefused => Diagnosis.HubRefusesNode,
        LinkFault.RegistrationFailed => Diagnosis.EnrolmentRefused,
        _ => null,
    };
}
