#nullable enable

using System;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.SensorNode.Simulator.Machines;

/// <summary>
/// What a sensor is bolted to: acceleration along the sensor's z axis and the temperature of its housing, over virtual time.
/// One machine serves one sensor; it is not thread safe.
/// </summary>
public interface IMachine
{
    /// <summary>Name for people, such as "Pump 3" or the name of a recording.</summary>
    string Name { get; }

    /// <summary>What is the matter with it: the machine's kind, or the recording's fault from its index.</summary>
    string Label { get; }

    /// <summary>Shaft speed in millihertz; 0 = not known.</summary>
    int ShaftSpeedMilliHertz { get; }

    /// <summary>The bearing's orders, or <see cref="BearingOrders.None"/>.</summary>
    BearingOrders Orders { get; }

    /// <summary>Whether the acceleration is in true g. False = scaled to fit the sensor: velocity and level say nothing.</summary>
    bool AmplitudeKnown { get; }

    /// <summary>
    /// A capture starts: what <see cref="Read"/> gives from now on is one unbroken piece of signal.
    /// </summary>
    /// <param name="atSeconds">Virtual time of the first sample.</param>
    /// <param name="rateHertz">The sensor's true sampling rate.</param>
    void BeginCapture(double atSeconds, double rateHertz);

    /// <summary>Gives the next samples of the capture.</summary>
    /// <param name="accelerationG">Filled from its start, in g.</param>
    /// <returns>Number of samples given; fewer than asked for where the machine has no more (the end of a recording).</returns>
    int Read(Span<float> accelerationG);

    /// <summary>Temperature of the housing in degrees Celsius.</summary>
    /// <param name="atSeconds">Virtual time.</param>
    double TemperatureCelsius(double atSeconds);
}
