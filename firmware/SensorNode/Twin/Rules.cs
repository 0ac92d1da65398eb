using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Twin;

/// <summary>What the model allows. The hub's forms and the command line ask the same rules as the node.</summary>
public static class Rules
{
    /// <summary>Index of a property, or -1.</summary>
    /// <param name="path">Component and name, e.g. <c>sampling.captureIntervalSeconds</c>.</param>
    public static int IndexOf(string path)
    {
        for (int index = 0; index < TwinModel.Count; index++)
        {
            if (TwinModel.Path(index) == path)
            {
                return index;
            }
        }

        return -1;
    }

    /// <summary>Judges one value by itself.</summary>
    /// <param name="index">Index of the property in <see cref="TwinModel"/>.</param>
    /// <param name="token">How the value is written in JSON.</param>
    /// <param name="integer">The value where <paramref name="token"/> is an integer, the length where it is a text.</param>
    /// <returns>An entry of <see cref="RejectReason"/>; <see cref="RejectReason.None"/> where the value is good.</returns>
    public static int Judge(int index, JsonToken token, long integer)
    {
        if (TwinModel.TypeOf(index) == TwinModel.BooleanType)
        {
            return token == JsonToken.True || token == JsonToken.False ? RejectReason.None : RejectReason.WrongType;
        }

        if (token != (TwinModel.TypeOf(index) == TwinModel.TextType ? JsonToken.String : JsonToken.Integer))
        {
            return RejectReason.WrongType;
        }

        if (integer < TwinModel.Minimum(index))
        {
            return RejectReason.BelowMinimum;
        }

        if (integer > TwinModel.Maximum(index))
        {
            return RejectReason.AboveMaximum;
        }

        int allowed = TwinModel.AllowedCount(index);
        for (int entry = 0; entry < allowed; entry++)
        {
            if (TwinModel.Allowed(index, entry) == integer)
            {
                return RejectReason.None;
            }
        }

        return allowed == 0 ? RejectReason.None : RejectReason.NotAllowed;
    }

    /// <summary>Judges a text by itself.</summary>
    /// <param name="text">The text, or null where it cannot be kept (<see cref="JsonReader.IsTextPortable"/>).</param>
    public static int JudgeText(int index, string text, TextRule rule)
    {
        int reason = Judge(index, JsonToken.String, text == null ? TwinModel.Minimum(index) : text.Length);
        return reason != RejectReason.None ? reason
            : text == null || (text.Length > 0 && rule.Fault(index, text) != null) ? RejectReason.Malformed
            : RejectReason.None;
    }

    /// <summary>The value as an element of the settings: 1 for true, 0 for false, the length of a text.</summary>
    public static int Encode(JsonToken token, long integer)
    {
        return token == JsonToken.Integer || token == JsonToken.String ? (int)integer : token == JsonToken.True ? 1 : 0;
    }

    /// <summary>Whether two values may stand together where the model wants one below the other: the upper one may be 0 or either absent.</summary>
    public static bool IsBelow(int value, int upper)
    {
        return value < upper || upper == 0 || value == TwinModel.NotSet || upper == TwinModel.NotSet;
    }

    /// <summary>The property that must stay below this one, or -1.</summary>
    public static int WhoseUpperBoundIs(int index)
    {
        for (int other = 0; other < TwinModel.Count; other++)
        {
            if (TwinModel.Below(other) == index)
            {
                return other;
            }
        }

        return -1;
    }

    /// <summary>Whether settings are acceptable as a whole; what was read from a file is not trusted before.</summary>
    public static bool AreGood(SettingsValues values, TextRule rule)
    {
        for (int index = 0; index < TwinModel.Count; index++)
        {
            int number = values.Numbers[index];
            int below = TwinModel.Below(index);
            if (!IsGood(index, values, rule) || (below >= 0 && !IsBelow(number, values.Numbers[below])))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsGood(int index, SettingsValues values, TextRule rule)
    {
        int number = values.Numbers[index];
        if (number == TwinModel.NotSet)
        {
            return TwinModel.Like(index) >= 0;
        }

        int text = TwinModel.TextOf(index);
        if (text >= 0)
        {
            return number == values.Texts[text].Length && JudgeText(index, values.Texts[text], rule) == RejectReason.None;
        }

        JsonToken token = TwinModel.TypeOf(index) == TwinModel.IntegerType ? JsonToken.Integer : number == 0 ? JsonToken.False : JsonToken.True;
        return Judge(index, token, number) == RejectReason.None;
    }
}
