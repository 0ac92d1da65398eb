namespace DeviceTwin.SensorNode.Twin;

/// <summary>A desired property that the model does not have, or a component that is no object: it gets its acknowledgement all the same.</summary>
public sealed class StrayProperty
{
    /// <summary>Index of the component it is in, or -1 at the root.</summary>
    public int Component;

    /// <summary>Its name; null where the component itself is meant.</summary>
    public string Name;

    /// <summary>An entry of <see cref="RejectReason"/>.</summary>
    public int Reason;

    /// <summary>The desired version that asked for it.</summary>
    public int Version;

    /// <summary>Nothing asks for it any more: its acknowledgement is to be taken out of the twin.</summary>
    public bool Leaving;

    /// <summary>Met in the document that is being applied.</summary>
    public bool Seen;

    /// <summary>To be reported.</summary>
    public bool IsDirty;

    /// <summary>Part of the report under way.</summary>
    public bool IsInFlight;

    /// <summary>Whether this is the entry of that name in that component.</summary>
    public bool Is(int component, string name)
    {
        return Component == component && Name == name;
    }

    /// <summary>The path as an operator writes it.</summary>
    public string Path()
    {
        return Component < 0 ? Name : Name == null ? TwinModel.Component(Component) : TwinModel.Component(Component) + "." + Name;
    }
}
