namespace DeviceTwin.SensorNode.Detection;

/// <summary>What a forest looks at: integers of a <see cref="DetectorResult"/>, none of which depends on the sensor's gain.</summary>
public static class ForestFeatures
{
    /// <summary>Names this list in a forest's text; it changes whenever the list does.</summary>
    public const int ListId = 1;

    /// <summary>Number of features.</summary>
    public const int Count = 13;

    /// <summary>Features lie within plus and minus this, so that a threshold takes two bytes.</summary>
    public const int Largest = 32767;

    /// <summary>Fills the features of a result.</summary>
    /// <param name="features">At least <see cref="Count"/> places.</param>
    public static void Fill(DetectorResult result, int[] features)
    {
        int outer = result.OuterScoreMilli;
        int inner = result.InnerScoreMilli;
        int ball = result.BallScoreMilli;
        int best = outer > inner ? outer : inner;
        best = best > ball ? best : ball;
        features[0] = Held(outer);
        features[1] = Held(inner);
        features[2] = Held(ball);
        features[3] = Held(result.CageScoreMilli);
        features[4] = Held(result.ShaftScoreMilli);
        features[5] = Held(result.ImpulsivenessMilli);
        features[6] = Held(outer - inner);
        features[7] = Held(outer - ball);
        features[8] = Held(inner - ball);
        features[9] = Held(best - result.ShaftScoreMilli);
        features[10] = Held(result.CrestMilli);
        features[11] = Held(result.KurtosisMilli);
        features[12] = Held(result.HighRatioMilli);
    }

    private static int Held(int value)
    {
        return value > Largest ? Largest : value < -Largest ? -Largest : value;
    }
}
