namespace DeviceTwin.SensorNode.Boards;

/// <summary>The board's lamp.</summary>
public interface IIndicator
{
    /// <summary>Switches it on or off; does not throw.</summary>
    void Show(bool isOn);
}
