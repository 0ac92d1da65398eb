namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>What the dialogue asks of its host.</summary>
public static class DialogueRequest
{
    /// <summary>Nothing.</summary>
    public const int None = 0;

    /// <summary>Restart.</summary>
    public const int Restart = 1;

    /// <summary>Restart: another configuration is stored.</summary>
    public const int RestartProvisioned = 2;

    /// <summary>Wipe everything (the identity is gone already) and restart.</summary>
    public const int FactoryReset = 3;
}
