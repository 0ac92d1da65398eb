namespace DeviceTwin.SensorNode.Twin;

/// <summary>
/// Says of a text whether it has the form its property takes, and of any value whether the node is fitted for it. The model knows only what all
/// nodes take; form and fitting belong to the room that obeys.
/// </summary>
public abstract class TextRule
{
    /// <summary>What is wrong with a text that is not empty and not longer than the model allows, for people; null where nothing is.</summary>
    /// <param name="index">Index of the property in <see cref="TwinModel"/>.</param>
    public abstract string Fault(int index, string text);

    /// <summary>Whether this node has what a value asks for.</summary>
    /// <param name="index">Index of the property in <see cref="TwinModel"/>.</param>
    /// <param name="number">A value that the model allows, as an element of the settings.</param>
    public virtual bool IsFitted(int index, int number)
    {
        return true;
    }
}
