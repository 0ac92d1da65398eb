using System.Globalization;
using System.Text;
using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Storage.History;

/// <summary>
/// A month of a node's features messages, one a minute, with every member that the firmware writes: a pump that runs by day and stands by
/// night, warms up, scatters from capture to capture, and towards the end begins to name its outer race. Same seed, same bytes.
/// </summary>
internal static class SimulatedMonth
{
    public const int Messages = 30 * 24 * 60;

    public static IEnumerable<TelemetryMessage> Of(string deviceId, int seed)
    {
        var random = new Random(seed);
        var (temperature, seq) = (2200.0, 0);
        double Noise(double share) => 1 + (share * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5));
        int Around(double value, double share = 0.06) => (int)(value * Noise(share));
        for (var minute = 0; minute < Messages; minute++)
        {
            var at = StoreFolder.Start.AddMinutes(minute).AddMilliseconds(random.Next(-40, 400));
            var running = minute / 60 % 24 is >= 6 and < 22;
            var day = minute / 1440;
            var fault = running && day >= 22 ? (day - 21) * 700 : 0;
            temperature += ((running ? 5200 : 2300) - temperature) * 0.01;
            seq += minute % 10 == 0 ? 2 : 1;
            var verdict = !running ? "notRunning" : fault > 3500 ? "outer" : "normal";
            var number = CultureInfo.InvariantCulture;
            var body = new StringBuilder();
            body.Append(number, $"{{\"bootId\":\"12-5f3a9c01\",\"seq\":{seq},\"t\":{at.ToUnixTimeMilliseconds() - 1300},\"capture\":{minute + 1},\"verdict\":\"{verdict}\"");
            body.Append(number, $",\"zone\":\"{(running ? "B" : "A")}\",\"zoneEdition\":\"ISO 20816-3:2022\",\"zoneRefusals\":[],\"alarms\":[{(fault > 3500 ? "\"outer\"" : "")}],\"acknowledged\":[]");
            body.Append(number, $",\"causes\":[{(fault > 3500 ? "\"bearing\"" : "")}],\"velocityUmPerSecond\":{Around(running ? 2300 + (fault / 8) : 60)},\"slowVelocityUmPerSecond\":{Around(running ? 2400 : 70)}");
            body.Append(number, $",\"displacementNanometres\":{Around(running ? 21000 : 700)},\"accelerationMilliG\":{Around(running ? 310 + (fault / 10) : 12)},\"peakMilliG\":{Around(running ? 1400 + (fault / 3) : 60, 0.2)}");
            body.Append(number, $",\"crestMilli\":{Around(4300, 0.12)},\"kurtosisMilli\":{Around(3050 + (fault / 5), 0.08)},\"skewnessMilli\":{Around(40, 2)}");
            body.Append(number, $",\"bandMicroG\":[{Around(running ? 52000 : 2000)},{Around(running ? 88000 : 2500)},{Around(running ? 140000 + (fault * 9) : 3000)},null]");
            body.Append(number, $",\"peaks\":{{\"milliHertz\":[{Around(24750, 0.001)},{Around(49500, 0.001)},{Around(148500, 0.002)},{random.Next(10000, 900000)}],\"umPerSecond\":[{Around(running ? 1400 : 20)},{Around(running ? 620 : 12)},{Around(running ? 310 : 9, 0.15)},{Around(running ? 120 : 8, 0.3)}]}}");
            body.Append(number, $",\"shaftEstimateMilliHertz\":{(running ? Around(24750, 0.0006) : "null")},\"shaftEstimateConfidencePermille\":{(running ? random.Next(900, 1000) : 0)},\"shaftPattern\":{(running ? "\"normal\"" : "null")}");
            body.Append(number, $",\"temperatureCentiCelsius\":{(int)temperature + random.Next(-3, 4)},\"scores\":");
            body.Append(running ? string.Create(number, $"{{\"outer\":{Around(700 + fault, 0.15)},\"inner\":{Around(650, 0.15)},\"ball\":{Around(500, 0.15)},\"cage\":{Around(400, 0.2)},\"shaft\":{Around(900, 0.1)}}}") : "null");
            body.Append(number, $",\"impulsivenessMilli\":{Around(1100 + (fault / 4), 0.1)},\"confidencePermille\":{(running ? random.Next(950, 1000) : 0)},\"windows\":16,\"running\":{(running ? "true" : "false")}");
            body.Append(number, $",\"baselineExcessMilliSigma\":{Around(800 + fault, 0.3)},\"driftMilliSigma\":{Around(200 + (fault / 2), 0.4)},\"coveragePermille\":1000,\"saturatedPermille\":0,\"clippedPermille\":0");
            body.Append(number, $",\"aliasingPermille\":{random.Next(0, 4)},\"noiseVelocityUmPerSecond\":{Around(45, 0.1)},\"overrun\":false,\"refusals\":[{(running ? "" : "\"notRunning\"")}]");
            body.Append(number, $",\"settingsVersion\":7,\"settingsHash\":\"9c41f2aa\",\"fingerprint\":\"d1-9c41f2aa-3\",\"trial\":null}}");
            yield return new TelemetryMessage(
                deviceId,
                at,
                new Dictionary<string, string?>
                {
                    ["$.ct"] = "application/json",
                    ["$.ce"] = "utf-8",
                    ["kind"] = "features",
                    ["bootId"] = "12-5f3a9c01",
                    ["seq"] = seq.ToString(number),
                },
                Encoding.UTF8.GetBytes(body.ToString()));
        }
    }
}
