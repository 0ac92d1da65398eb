using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Provisioning.Tray;

/// <summary>How a node proves itself to the hub.</summary>
public enum IdentityWay
{
    /// <summary>A key of its own.</summary>
    Sas,

    /// <summary>A certificate of the plant's authority.</summary>
    X509,

    /// <summary>An enrolment at the provisioning service, which tells the node its hub.</summary>
    Dps,
}

/// <summary>The place in the plant that a node is for; ids of the plant's tree.</summary>
/// <param name="Site">At most 64 letters, digits and <c>-._</c>; so are the others.</param>
/// <param name="Line">Of the site.</param>
/// <param name="Machine">Of the line.</param>
/// <param name="Point">Of the machine.</param>
public sealed record PlanPlace(string Site, string Line, string Machine, string Point);

/// <summary>A rolling bearing as a plan names it.</summary>
/// <param name="Designation">As written: a catalogue number or a geometry.</param>
/// <param name="Orders">Its defect frequencies.</param>
public sealed record PlanBearing(string Designation, BearingOrders Orders);

/// <summary>What ISO 20816 asks about a machine, and its speed; what is null is not known.</summary>
/// <param name="IsoGroup">1 or 2.</param>
/// <param name="IsoSupport"><c>rigid</c> or <c>flexible</c>.</param>
/// <param name="RatedPowerWatts">Watts.</param>
/// <param name="ShaftHeightMillimetres">Millimetres.</param>
/// <param name="ShaftSpeedMilliHertz">Thousandths of a turn per second.</param>
public sealed record PlanMachine(int? IsoGroup, string? IsoSupport, int? RatedPowerWatts, int? ShaftHeightMillimetres, int? ShaftSpeedMilliHertz);

/// <summary>One board of a tray: who it is to be and where it goes.</summary>
/// <param name="LineNumber">Where the plan has it.</param>
/// <param name="DeviceId">Its name at the hub.</param>
/// <param name="Place">Where it goes.</param>
/// <param name="MachineName">The machine's name for people.</param>
/// <param name="Bearing">The bearing that it watches; null = not known.</param>
/// <param name="Machine">What is known of the machine.</param>
/// <param name="WifiProfile">Name of a profile; the network and its password are elsewhere.</param>
/// <param name="Identity">How it proves itself.</param>
public sealed record PlanRow(
    int LineNumber,
    string DeviceId,
    PlanPlace Place,
    string MachineName,
    PlanBearing? Bearing,
    PlanMachine Machine,
    string WifiProfile,
    IdentityWay Identity);
