namespace DeviceTwin.SensorNode.Twin;

/// <summary>Says of a text whether it has the form its property takes. The model knows only its length; the form belongs to the room that obeys it.</summary>
public abstract class TextRule
{
    /// <summary>Whether a text, not longer than the model allows, is well formed.</summary>
    /// <param name="index">Index of the property in <see cref="TwinModel"/>.</param>
    public abstract bool IsWellFormed(int index, string text);
}
