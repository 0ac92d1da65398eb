namespace DeviceTwin.SensorNode.Twin;

/// <summary>Says of a text whether it has the form its property takes. The model knows only its length; the form belongs to the room that obeys it.</summary>
public abstract class TextRule
{
    /// <summary>What is wrong with a text that is not empty and not longer than the model allows, for people; null where nothing is.</summary>
    /// <param name="index">Index of the property in <see cref="TwinModel"/>.</param>
    public abstract string Fault(int index, string text);
}
