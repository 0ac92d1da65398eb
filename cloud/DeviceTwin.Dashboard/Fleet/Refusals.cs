namespace DeviceTwin.Dashboard.Fleet;

/// <summary>What the node's words for "not judged" mean, in a sentence that says what can be done.</summary>
public static class Refusals
{
    private static readonly Dictionary<string, string> Known = new()
    {
        ["shaftSpeedUnknown"] = "Bearing orders are set, but the shaft speed is not: set machine.shaftSpeedMilliHertz.",
        ["captureTooShort"] = "The capture holds too few samples for what is asked of it.",
        ["overrun"] = "Samples are missing inside the capture: the sensor's buffer ran over.",
        ["saturated"] = "Too many samples lie at the sensor's full scale: choose a larger sampling.accelerationRangeG.",
        ["bandNotCovered"] = "The envelope band is empty, too narrow, or reaches beyond what the sampling rate carries.",
        ["orderCoincidesWithShaft"] = "A bearing frequency coincides with a multiple of the shaft speed and cannot be told from it.",
        ["shaftTooSlow"] = "The shaft turns too slowly for the longest capture to hold enough revolutions.",
        ["orderNotCovered"] = "No bearing frequency that was asked for lies inside the envelope spectrum.",
        ["scaleUnknown"] = "The sampling rate or the weight of a count is missing or outside what the detector accepts.",
        ["noSignal"] = "The signal is constant: there is no vibration to judge.",
        ["nothingAsked"] = "Neither a velocity limit, a band limit nor a bearing order is set.",
        ["temperatureUnknown"] = "There is no temperature to hold against its limit.",
        ["unitUnknown"] = "The weight of a count is not known: levels cannot be said, a bearing can be judged.",
        ["clipped"] = "The signal is cut off below the sensor's full scale.",
        ["machineGroupUnknown"] = "The machine's ISO group or its support is not declared: set machine.isoGroup and machine.isoSupport.",
        ["machineTooSmall"] = "The machine is too small for the zones of the standard.",
        ["machineSizeContradicts"] = "The declared ISO group contradicts the declared rated power or shaft height.",
        ["mountingUnsuitable"] = "The sensor's mounting is not declared or does not carry the band that the zone needs: set machine.mounting.",
        ["velocityBandNotCovered"] = "The capture's rate or length does not carry the velocity band.",
        ["notRunning"] = "The machine stands still: nothing is judged and nothing is learned.",
        ["baselineWarmingUp"] = "The node still learns what is usual for this machine.",
        ["belowNoiseFloor"] = "The velocity does not stand out from the sensor's own noise.",
        ["busFailure"] = "The accelerometer does not answer: check its wiring and supply.",
        ["wrongDevice"] = "Something answers, but it is not the sensor that the board expects.",
        ["resetStuck"] = "The accelerometer did not come back from its reset.",
        ["configurationNotHeld"] = "The accelerometer does not keep its configuration.",
        ["noSamples"] = "The accelerometer delivers fewer samples than its rate promises.",
        ["implausibleValue"] = "The value read is none that the sensor can measure.",
        ["checksumWrong"] = "What the sensor sends fails its checksum: look for interference and for a second sensor on the line.",
        ["lineStuck"] = "The sensor's data line does not move: check for a broken wire, a short, or a missing supply.",
    };

    /// <summary>The words.</summary>
    public static IReadOnlyCollection<string> Words => Known.Keys;

    /// <summary>The sentence of a word; the word itself where a newer node says one that this hub does not know.</summary>
    public static string Sentence(string word) => Known.GetValueOrDefault(word, word);
}
