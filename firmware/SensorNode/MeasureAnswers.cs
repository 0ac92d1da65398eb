using DeviceTwin.SensorNode.Acquisition;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Methods;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode;

/// <summary>Bodies of the answers that the measure loop gives to direct methods, as the commands of the model have them.</summary>
public static class MeasureAnswers
{
    private const int Initial = 128;
    private const int Maximum = 768;

    /// <summary>Two numbers.</summary>
    public static byte[] Pair(string first, int one, string second, int two)
    {
        JsonWriter writer = Begin();
        writer.Member(first, one);
        writer.Member(second, two);
        return End(writer);
    }

    /// <summary>The sensor could not be asked.</summary>
    /// <param name="fault">A number of <see cref="AcquisitionFault"/>.</param>
    public static byte[] SensorFault(int fault)
    {
        JsonWriter writer = Begin();
        writer.Member("error", MethodStatus.Word(MethodStatus.Failed));
        writer.Member("message", "the accelerometer: " + AcquisitionFault.Word(fault));
        return End(writer);
    }

    /// <summary>What a self-test found.</summary>
    public static byte[] SelfTest(SelfTestResult result)
    {
        JsonWriter writer = Begin();
        writer.Member("outcome", SelfTestOutcome.Word(result.Outcome));
        writer.Member("axis", result.Axis);
        writer.Member("upMilliG", result.UpMilliG, 3);
        writer.Member("downMilliG", result.DownMilliG, 3);
        writer.Member("leastMilliG", result.LeastMilliG);
        writer.Member("mostMilliG", result.MostMilliG);
        return End(writer);
    }

    /// <summary>What a tap test found.</summary>
    public static byte[] TapTest(TapResult result)
    {
        JsonWriter writer = Begin();
        writer.Name("findings");
        writer.StartArray();
        for (int position = 0; position < TapFinding.Count; position++)
        {
            if ((result.Findings & TapFinding.Flag(position)) != 0)
            {
                writer.Value(TapFinding.Word(position));
            }
        }

        writer.EndArray();
        writer.Member("axis", result.Axis);
        writer.Member("sign", result.Sign);
        writer.Member("restMilliG", result.RestMilliG, 3);
        writer.Member("peakMilliG", result.PeakMilliG);
        writer.Member("resonanceHertz", result.ResonanceMilliHertz / 1000);
        writer.Member("decayMicroseconds", result.DecayMicroseconds);
        return End(writer);
    }

    private static JsonWriter Begin()
    {
        var writer = new JsonWriter(Initial, Maximum);
        writer.StartObject();
        return writer;
    }

    private static byte[] End(JsonWriter writer)
    {
        writer.EndObject();
        return writer.ToArray();
    }
}
