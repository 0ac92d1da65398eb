using DeviceTwin.SensorNode.Acquisition;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode;

/// <summary>
/// What anybody may ask of the sensors beside the plan, and what came of it: a direct method, a technician, a test. Requests and results
/// may be used from any thread; <see cref="Step"/> and <see cref="Note"/> belong to the loop that measures. Results are made anew for each
/// test and not changed after they are published.
/// </summary>
public sealed class SensorDesk
{
    private readonly VibrationAcquisition _vibration;
    private readonly TemperatureAcquisition _temperature;
    private TapResult _tapResult;
    private NoiseFloor _noiseFloor;
    private int _tapTests;
    private int _captures;
    private int _captureFault;

    public SensorDesk(VibrationAcquisition vibration, TemperatureAcquisition temperature)
    {
        _vibration = vibration;
        _temperature = temperature;
    }

    /// <summary>Asks for one more capture.</summary>
    public void RequestCapture()
    {
        _vibration.RequestCapture();
    }

    /// <summary>Requested captures that ended since the start.</summary>
    public int Captures()
    {
        return _captures;
    }

    /// <summary>What was wrong with the sensor in the last requested capture, a number of <see cref="AcquisitionFault"/>.</summary>
    public int CaptureFault()
    {
        return _captureFault;
    }

    /// <summary>What the last requested capture says of the noise at its time, or null where it says nothing; a floor where the machine stood still.</summary>
    public NoiseFloor NoiseFloor()
    {
        return _noiseFloor;
    }

    /// <summary>Asks for a self-test of the accelerometer.</summary>
    public void RequestSelfTest()
    {
        _vibration.RequestSelfTest();
    }

    /// <summary>Self-tests that ended since the start.</summary>
    public int SelfTests()
    {
        SelfTestResult result = _vibration.SelfTest();
        return result == null ? 0 : result.Sequence;
    }

    /// <summary>What the last self-test found, or null before the first.</summary>
    public SelfTestResult SelfTest()
    {
        return _vibration.SelfTest();
    }

    /// <summary>Asks for a tap test.</summary>
    /// <param name="patienceMs">How long to wait for the tap, in milliseconds.</param>
    public void RequestTapTest(int patienceMs)
    {
        _vibration.RequestTapTest(patienceMs);
    }

    /// <summary>Tap tests that ended since the start.</summary>
    public int TapTests()
    {
        return _tapTests;
    }

    /// <summary>What the last tap test found, or null before the first.</summary>
    public TapResult TapTest()
    {
        return _tapResult;
    }

    /// <summary>What is wrong with the accelerometer now, a number of <see cref="AcquisitionFault"/>.</summary>
    public int AccelerometerFault()
    {
        return _vibration.Fault();
    }

    /// <summary>What is wrong with the thermometer now, a number of <see cref="AcquisitionFault"/>.</summary>
    public int ThermometerFault()
    {
        return _temperature.Fault();
    }

    /// <summary>The newest temperature in hundredths of a degree Celsius, or <see cref="TemperatureAcquisition.Unknown"/>.</summary>
    public int CentiCelsius()
    {
        return _temperature.CentiCelsius();
    }

    /// <summary>A capture ended and is still there.</summary>
    /// <param name="fault">What was wrong with the sensor, a number of <see cref="AcquisitionFault"/>.</param>
    public void Note(Capture capture, int fault)
    {
        if (capture.Reason == CaptureReason.Requested)
        {
            var noise = new NoiseFloor();
            _noiseFloor = noise.Measure(capture) ? noise : null;
            _captureFault = fault;
            _captures++;
        }
    }

    /// <summary>Judges a tap test that has just ended.</summary>
    public void Step()
    {
        TapRecord record = _vibration.Tap();
        if (record == null)
        {
            return;
        }

        int fault = _vibration.TapFault();
        TapResult result;
        if (fault == AcquisitionFault.None)
        {
            var test = new TapTest();
            result = test.Judge(record);
        }
        else
        {
            result = new TapResult();
            result.Findings = TapFinding.SensorFault;
        }

        _vibration.HandBackTap();
        result.Sequence = _tapTests + 1;
        result.Fault = fault;
        _tapResult = result;
        _tapTests++;
    }
}
