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
            if (TwinModel.Paths[index] == path)
            {
                return index;
            }
        }

        return -1;
    }

    /// <summary>Judges one value by itself.</summary>
    /// <param name="index">Index of the property in <see cref="TwinModel"/>.</param>
    /// <param name="token">How the value is written in JSON.</param>
    /// <param name="integer">The value, where <paramref name="token"/> is an integer.</param>
    /// <returns>An entry of <see cref="RejectReason"/>; <see cref="RejectReason.None"/> where the value is good.</returns>
    public static int Judge(int index, JsonToken token, long integer)
    {
        if (TwinModel.IsBoolean[index] != 0)
        {
            return token == JsonToken.True || token == JsonToken.False ? RejectReason.None : RejectReason.WrongType;
        }

        if (token != JsonToken.Integer)
        {
            return RejectReason.WrongType;
        }

        if (integer < TwinModel.Minimums[index])
        {
            return RejectReason.BelowMinimum;
        }

        if (integer > TwinModel.Maximums[index])
        {
            return RejectReason.AboveMaximum;
        }

        int[] allowed = TwinModel.Allowed[index];
        for (int entry = 0; entry < allowed.Length; entry++)
        {
            if (allowed[entry] == integer)
            {
                return RejectReason.None;
            }
        }

        return allowed.Length == 0 ? RejectReason.None : RejectReason.NotAllowed;
    }

    /// <summary>The value as an element of the settings: 1 for true, 0 for false.</summary>
    public static int Encode(JsonToken token, long integer)
    {
        return token == JsonToken.Integer ? (int)integer : token == JsonToken.True ? 1 : 0;
    }

    /// <summary>The property that must stay below this one, or -1.</summary>
    public static int WhoseUpperBoundIs(int index)
    {
        for (int other = 0; other < TwinModel.Count; other++)
        {
            if (TwinModel.Below[other] == index)
            {
                return other;
            }
        }

        return -1;
    }

    /// <summary>Whether settings are acceptable as a whole; what was read from a file is not trusted before.</summary>
    public static bool AreGood(int[] values)
    {
        for (int index = 0; index < TwinModel.Count; index++)
        {
            JsonToken token = TwinModel.IsBoolean[index] == 0 ? JsonToken.Integer : values[index] == 0 ? JsonToken.False : JsonToken.True;
            int below = TwinModel.Below[index];
            if (Judge(index, token, values[index]) != RejectReason.None || (below >= 0 && values[index] >= values[below]))
            {
                return false;
            }
        }

        return true;
    }
}
