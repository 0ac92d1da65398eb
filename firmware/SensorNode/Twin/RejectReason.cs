using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Twin;

/// <summary>The catalogue of what an acknowledgement can say about a desired value, and the words it says it with.</summary>
public static class RejectReason
{
    /// <summary>Not rejected.</summary>
    public const int None = 0;

    /// <summary>There is no such property in the model.</summary>
    public const int UnknownProperty = 1;

    /// <summary>The value is not of the property's type.</summary>
    public const int WrongType = 2;

    /// <summary>The value is smaller than the minimum.</summary>
    public const int BelowMinimum = 3;

    /// <summary>The value is larger than the maximum.</summary>
    public const int AboveMaximum = 4;

    /// <summary>The value is in the range but not one of those allowed, or it does not go together with another property.</summary>
    public const int NotAllowed = 5;

    /// <summary>The text is not of the form that the property takes.</summary>
    public const int Malformed = 6;

    /// <summary>The value is good, but others of its component do not go together: a component changes as a whole or not at all.</summary>
    public const int NotTogether = 7;

    /// <summary>The value is good, but this board does not have what it asks for.</summary>
    public const int NotFitted = 8;

    /// <summary>Number of entries.</summary>
    public const int Count = 9;

    /// <summary>The stable word of a reason.</summary>
    public static string Word(int reason)
    {
        switch (reason)
        {
            case None:
                return "applied";
            case UnknownProperty:
                return "unknownProperty";
            case WrongType:
                return "wrongType";
            case BelowMinimum:
                return "belowMinimum";
            case AboveMaximum:
                return "aboveMaximum";
            case NotAllowed:
                return "notAllowed";
            case Malformed:
                return "malformed";
            case NotTogether:
                return "notTogether";
            default:
                return "notFitted";
        }
    }

    /// <summary>Word and sentence for a property of the model, e.g. <c>aboveMaximum: detection.velocityLimitUmPerSecond takes 0 to 100000 um/s</c>.</summary>
    /// <param name="reason">Not <see cref="None"/> and not <see cref="Malformed"/>.</param>
    /// <param name="index">Index of the property in <see cref="TwinModel"/>.</param>
    public static string Sentence(int reason, int index)
    {
        return Word(reason) + ": " + TwinModel.Path(index) + " " + What(reason, index);
    }

    /// <summary>Word and sentence for a text that is not of the form its property takes.</summary>
    /// <param name="fault">What is wrong with it.</param>
    public static string MalformedSentence(int index, string fault)
    {
        return Word(Malformed) + ": " + TwinModel.Path(index) + ": " + fault;
    }

    /// <summary>Word and sentence for a path that is not a property of the model.</summary>
    public static string Sentence(int reason, string path)
    {
        return reason == WrongType ? Word(reason) + ": " + path + " takes an object" : Word(reason) + ": the model has no " + path;
    }

    private static string What(int reason, int index)
    {
        if (reason == NotFitted)
        {
            return "is not fitted on this board: it has no memory for it";
        }

        if (reason == NotTogether)
        {
            return "is good, but others of its component do not go together";
        }

        if (TwinModel.TypeOf(index) == TwinModel.BooleanType)
        {
            return "takes true or false";
        }

        string unit = TwinModel.Unit(index).Length == 0 ? "" : " " + TwinModel.Unit(index);
        int allowed = TwinModel.AllowedCount(index);
        if (allowed > 0)
        {
            string list = Digits.Text(TwinModel.Allowed(index, 0));
            for (int entry = 1; entry < allowed; entry++)
            {
                list = list + (entry == allowed - 1 ? " or " : ", ") + Digits.Text(TwinModel.Allowed(index, entry));
            }

            return "takes " + list + unit;
        }

        if (reason == NotAllowed)
        {
            return TwinModel.Below(index) >= 0
                ? "must be below " + TwinModel.Path(TwinModel.Below(index))
                : "must be above " + TwinModel.Path(Rules.WhoseUpperBoundIs(index));
        }

        string range = Digits.Text(TwinModel.Minimum(index)) + " to " + Digits.Text(TwinModel.Maximum(index)) + unit;
        bool isText = TwinModel.TypeOf(index) == TwinModel.TextType;
        return isText ? "takes a text of " + range : reason == WrongType ? "takes an integer, " + range : "takes " + range;
    }
}
