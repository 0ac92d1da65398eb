using System.Text.Json.Nodes;
using DeviceTwin.Provisioning.Dialogue;
using DeviceTwin.Provisioning.Tray;

namespace DeviceTwin.Provisioning.Identities;

/// <summary>Where nodes get their identity: a hub, or a bundle that a hub takes later. Every member may be called again after an interruption. Failures are <see cref="BoardFaultException"/>.</summary>
public interface IEnrolment
{
    /// <summary>What a tray without a hub leaves out.</summary>
    Milestones Skipped { get; }

    /// <summary>Makes the node known, with the settings of its machine.</summary>
    Task Enrol(PlanRow row, string chipId, CancellationToken cancellation);

    /// <summary>What the board is to be told of identity and hub; asked only behind <see cref="Enrol"/>.</summary>
    Task<IReadOnlyList<StagedText>> Texts(PlanRow row, CancellationToken cancellation);

    /// <summary>Puts the node at its point.</summary>
    Task Place(PlanRow row, CancellationToken cancellation);

    /// <summary>Whether the node has taken over its settings.</summary>
    /// <exception cref="BoardFaultException"><see cref="Diagnosis.SettingRejected"/>.</exception>
    Task<bool> IsInSync(PlanRow row, CancellationToken cancellation);

    /// <summary>Looks at the hub as the node will see it.</summary>
    /// <returns>What would keep every node away from it; null where it looks well.</returns>
    Task<BoardFaultException?> LookAtHub(CancellationToken cancellation);
}

/// <summary>The desired properties of a plan's line, by the twin's names.</summary>
public static class PlanSettings
{
    /// <summary>The sensor of a tray is screwed on.</summary>
    private const int Stud = 1;

    /// <summary>Empty where the plan says nothing of the machine.</summary>
    public static JsonObject Desired(PlanRow row)
    {
        var machine = new JsonObject();
        Add("shaftSpeedMilliHertz", row.Machine.ShaftSpeedMilliHertz);
        if (row.Bearing is { Orders: var orders })
        {
            Add("bpfoMilliOrders", orders.BpfoMilli);
            Add("bpfiMilliOrders", orders.BpfiMilli);
            Add("bsfMilliOrders", orders.BsfMilli);
            Add("ftfMilliOrders", orders.FtfMilli);
        }

        Add("isoGroup", row.Machine.IsoGroup);
        Add("isoSupport", row.Machine.IsoSupport switch { null => null, "rigid" => 1, _ => 2 });
        Add("ratedPowerWatts", row.Machine.RatedPowerWatts);
        Add("shaftHeightMillimetres", row.Machine.ShaftHeightMillimetres);
        Add("mounting", Stud);
        return new JsonObject { ["machine"] = machine };

        void Add(string name, int? value)
        {
            if (value is { } number)
            {
                machine[name] = number;
            }
        }
    }

    /// <summary>The tag by which a plant knows its own work again.</summary>
    public static JsonObject Tags(string mark, string chipId) =>
        new() { ["provisioning"] = new JsonObject { ["mark"] = mark, ["chipId"] = chipId } };
}
