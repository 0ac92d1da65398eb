#nullable disable

using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.SensorNode.Twin.Json;
using Monitor = DeviceTwin.SensorNode.Detection.Monitor;

namespace DeviceTwin.SensorNode.Benchmarks;

/// <summary>
/// The golden vectors: computations whose results every runtime must get to the last bit, each named by a hash. Inputs come from integers.
/// </summary>
public sealed class GoldenVectors
{
    private const int CaptureLength = 32768;
    private const int LongLength = 43008;

    private static readonly string[] Names =
    {
        "tables", "division", "rounding", "squareRoot", "logarithm", "hann",
        "fft.256", "fft.512", "fft.1024", "fft.2048", "fft.4096", "fft.8192",
        "power", "unpack", "decimate.half", "decimate.eighth", "decimate.most", "statistics", "velocity", "envelope",
        "detector.silence", "detector.fullScale", "detector.impulse", "detector.saturated", "detector.constant", "detector.alternating",
        "detector.noise", "detector.outer", "detector.inner", "detector.slowShaft", "detector.fastShaft", "detector.short",
        "settings", "cusum", "monitor", "shadow", "baseline", "forest",
        "tap", "noiseFloor", "compression", "outbox", "twin",
    };

    /// <summary>The last vectors compute what a technician asks for, pack messages on their way and read documents of the hub; no verdict depends on them, so they do not name the detector's build.</summary>
    private const int Beside = 5;

    /// <summary>Nine trees of random splits over the scores of outer race, inner race, ball and cage.</summary>
    private const string Trees =
        "AQEJPAIDWBQG//QKB/+xBYWCAwAGBYKCAwBWCgYAdAWCgwUALwWCggADoBQCBGoKBQM1BYOCAQGUBYOCCABhCgMCugWFgwb/5AWDhAf+1hQH/x"
        + "sKCADqBYKCAgVbBYKDBAH3CgEBWQWChAj/ywWCggUD7RQIAFQKAwH3BYOFAAIQBYOCAgE1Cgf/BgWDgwABsgWEhQcBJxQHAA8KAgRGBYKEAAId"
        + "BYKFAgERCgIAwgWDhAQBAwWCggME+BQCAXMKAgMFBYOCAAMZBYOEBATXCgUAVQWDhAgAyQWCgwUEIhQEAlUKCAESBYKCBQVDBYKCBwDZCgAFcA"
        + "WChAEBzQWCggQEtxQGAIkKB//GBYOCAQBMBYOEBAH2CgcA0gWDggQDIQWCggQE9RQGAK0KAQFUBYKDAwIWBYKEAgVzCgj/oAWCggcAbwWDg09I"
        + "p3E=";

    private readonly GoldenHash _hash = new GoldenHash();
    private readonly Capture _capture = new Capture(LongLength);
    private readonly Detector _detector = new Detector(LongLength);
    private readonly DetectorResult _result = new DetectorResult();

    /// <summary>Number of vectors.</summary>
    public static int Count
    {
        get { return Names.Length; }
    }

    /// <summary>Number of vectors that name the detector's build: the first ones.</summary>
    public static int BuildCount
    {
        get { return Names.Length - Beside; }
    }

    /// <summary>Name of a vector.</summary>
    public static string Name(int index)
    {
        return Names[index];
    }

    /// <summary>Computes a vector and returns the hash of its results, 64 hexadecimal digits.</summary>
    public string Hash(int index)
    {
        _hash.Reset();
        string name = Names[index];
        if (name.Length > 4 && name.Substring(0, 4) == "fft.")
        {
            Transform(256 << ((index - 6) & 7));
        }
        else if (name.Length > 9 && name.Substring(0, 9) == "detector.")
        {
            Detect(name.Substring(9));
        }
        else
        {
            Part(name);
        }

        return _hash.Text();
    }

    private void Part(string name)
    {
        switch (name)
        {
            case "tables":
                _hash.Add(CosineTable.Quarter(CosineTable.Period), CosineTable.QuarterLength + 1);
                break;
            case "division":
                Divide();
                break;
            case "rounding":
                Round();
                break;
            case "squareRoot":
                Roots();
                break;
            case "logarithm":
                Logarithms();
                break;
            case "hann":
                Windows();
                break;
            case "power":
                Powers();
                break;
            case "unpack":
                Unpack();
                break;
            case "decimate.half":
                Decimate(1);
                break;
            case "decimate.eighth":
                Decimate(3);
                break;
            case "decimate.most":
                Decimate(WindowDecimator.MostHalvings);
                break;
            case "statistics":
                Measure();
                break;
            case "velocity":
                Velocity();
                break;
            case "envelope":
                Envelope();
                break;
            case "settings":
                Settings();
                break;
            case "cusum":
                Sums();
                break;
            case "monitor":
                Watch();
                break;
            case "shadow":
                Shadowed();
                break;
            case "baseline":
                Learned();
                break;
            case "tap":
                Taps();
                break;
            case "noiseFloor":
                Floors();
                break;
            case "compression":
                Compress();
                break;
            case "outbox":
                Store();
                break;
            case "twin":
                new GoldenTwin(_hash).Run();
                break;
            default:
                Vote();
                break;
        }
    }

    /// <summary>Floats over the whole range: a 24-bit mantissa times a power of two, both from the generator.</summary>
    private static float Spread(uint state)
    {
        float value = (int)(state >> 8);
        int exponent = (int)(state & 127) - 75;
        while (exponent > 0)
        {
            value = value * 2f;
            exponent--;
        }

        while (exponent < 0)
        {
            value = value * 0.5f;
            exponent++;
        }

        return value;
    }

    private static uint Next(uint state)
    {
        return (state * 1664525u) + 1013904223u;
    }

    private void Divide()
    {
        uint state = 1;
        for (int i = 0; i < 2000; i++)
        {
            state = Next(state);
            float dividend = Spread(state);
            state = Next(state);
            _hash.Add(Division.Float((i & 1) == 0 ? dividend : -dividend, Spread(state)));
            _hash.Add(Division.Integer((int)(long)state, (int)(long)(state >> 20) - 2048));
        }

        _hash.Add(Division.Float(1f, 0f));
        _hash.Add(Division.Integer(int.MinValue, -1));
        _hash.Add((int)Division.LongCeiling(1000000007L * 16, 29950));
        _hash.Add((int)Division.LongNearest(-1000000007L * 16, 29950));
    }

    private void Round()
    {
        uint state = 2;
        for (int i = 0; i < 2000; i++)
        {
            state = Next(state);
            float value = Spread(state);
            _hash.Add(Rounding.Nearest((i & 1) == 0 ? value : -value));
            _hash.Add(Rounding.Nearest((i - 1000) * 0.25f));
        }

        _hash.Add(Rounding.Nearest(0.49999997f));
        _hash.Add(Rounding.Nearest(2147483648f));
        _hash.Add(Rounding.Nearest(-2147483648f));
    }

    private void Roots()
    {
        uint state = 3;
        for (int i = 0; i < 2000; i++)
        {
            state = Next(state);
            _hash.Add(SquareRoot.Of(Spread(state)));
        }
    }

    private void Logarithms()
    {
        uint state = 4;
        for (int i = 0; i < 2000; i++)
        {
            state = Next(state);
            _hash.Add(Logarithm.Of(Spread(state)));
        }
    }

    private void Windows()
    {
        float[] half = new float[(HannWindow.MaximumLength >> 1) + 1];
        HannWindow.FillHalf(half, 4096);
        _hash.Add(half, 2049);
        HannWindow.FillHalf(half, 2666);
        _hash.Add(half, 1334);
    }

    private void Transform(int length)
    {
        short[] samples = _capture.Samples;
        GoldenInputs.Noise(samples, length, 5, 32768);
        float[] input = new float[length];
        for (int i = 0; i < length; i++)
        {
            input[i] = samples[i];
        }

        int bins = (length >> 1) + 1;
        float[] re = new float[bins];
        float[] im = new float[bins];
        new RealFft(length).Forward(input, re, im);
        _hash.Add(re, bins);
        _hash.Add(im, bins);
    }

    private void Powers()
    {
        for (int length = 128; length <= 1024; length <<= 1)
        {
            GoldenInputs.Noise(_capture.Samples, length << 1, 7, 32768);
            var re = new float[length];
            var im = new float[length];
            var power = new float[length];
            for (int i = 0; i < length; i++)
            {
                re[i] = _capture.Samples[i];
                im[i] = _capture.Samples[length + i];
            }

            new ComplexFft(length).Power(re, im, power);
            _hash.Add(power, length);
        }
    }

    private void Unpack()
    {
        const int Words = 500;
        var raw = new byte[(Words * RawWords.BytesPerWord) + 2];
        var samples = new short[Words + 2];
        var words = new RawWords();
        uint state = 22;
        for (int round = 0; round < 6; round++)
        {
            for (int i = 0; i < raw.Length; i++)
            {
                state = Next(state);
                raw[i] = (byte)(state >> 24);
            }

            // Acceleration and a few foreign words, the axis at and beside its rails.
            int from = round >> 1;
            for (int i = 0; i < Words; i++)
            {
                int at = from + (i * RawWords.BytesPerWord);
                state = Next(state);
                int kind = (int)(state >> 28);
                raw[at] = (byte)((kind == 0 && round > 2 ? 0x18 : RawWords.AccelerationTag) | (raw[at] & 7));
                if (kind > 0 && kind < 5)
                {
                    raw[at + 5] = (byte)(kind == 1 ? 255 : kind == 2 ? 254 : kind - 3);
                    raw[at + 6] = (byte)(kind < 3 ? 127 : 128);
                }
            }

            words.Read(raw, from, Words - round, samples, round & 1);
            _hash.Add(words.Count);
            _hash.Add(words.Saturated);
            for (int i = 0; i < words.Count; i++)
            {
                _hash.Add(samples[i + (round & 1)]);
            }
        }
    }

    private void Decimate(int halvings)
    {
        GoldenInputs.Noise(_capture.Samples, 4096, 6, 32768);
        int outputs = 4096 >> (halvings & 31);
        float[] output = new float[outputs];
        new WindowDecimator(new float[WindowDecimator.ScratchLength]).Read(_capture.Samples, 4096, 17f, halvings, 0, output, outputs);
        _hash.Add(output, outputs);
    }

    private void Measure()
    {
        var statistics = new Statistics();
        GoldenInputs.Noise(_capture.Samples, 10000, 7, 16384);
        statistics.Measure(_capture.Samples, 10000);
        _hash.Add(statistics.Mean);
        _hash.Add(statistics.Rms);
        _hash.Add(statistics.Peak);
        _hash.Add(statistics.MeanRest);
        _hash.Add(statistics.Skewness);
        _hash.Add(statistics.Kurtosis);
        _hash.Add(statistics.Clipped);
        GoldenInputs.Alternating(_capture.Samples, LongLength);
        statistics.Measure(_capture.Samples, LongLength);
        _hash.Add(statistics.Mean);
        _hash.Add(statistics.Rms);
        _hash.Add(statistics.Peak);
        _hash.Add(statistics.MeanRest);
        _hash.Add(statistics.Skewness);
        _hash.Add(statistics.Kurtosis);
        _hash.Add(statistics.Clipped);
    }

    private void Velocity()
    {
        GoldenInputs.Triangle(_capture.Samples, LongLength, 2000, 1280);
        var meter = new VelocityMeter(new Workspace(), 2048);
        meter.Measure(_capture.Samples, LongLength, 3.25f, 20000000, true, true);
        _hash.Add(meter.Power, meter.Last + 3);
        _hash.Add(meter.MeanSquare(meter.First, meter.Last));
        _hash.Add(meter.SlowMeanSquare());
        _hash.Add(meter.PeakToPeak());
        var lines = new VelocityLines(meter);
        lines.Find();
        _hash.Add(lines.Count);
        _hash.Add(lines.Hertz, lines.Count);
        _hash.Add(lines.MeanSquares, lines.Count);
        _hash.Add(lines.Refine(15.5f));
        var raw = new RawSpectrum(new Workspace());
        raw.Measure(_capture.Samples, LongLength, 3, 20000f, true);
        _hash.Add(raw.FoldingPermille());
        _hash.Add(raw.BandRms(100, 7000));
    }

    private void Envelope()
    {
        GoldenInputs.Train(_capture.Samples, 12000, 107000, 2000, 8);
        var workspace = new Workspace(4096);
        var decimator = new WindowDecimator(workspace.Re);
        var analyzer = new EnvelopeAnalyzer(workspace);
        for (int halvings = 0; halvings <= 2; halvings++)
        {
            analyzer.Open(13333.5f, 500f, 5400f, 120f, 600f, halvings);
            int window = analyzer.WindowLength;
            decimator.Read(_capture.Samples, 12000, 3, 1, 0, workspace.Samples, window);
            analyzer.Add(window);
            decimator.Read(_capture.Samples, 12000, 3, 3 - halvings, 100, workspace.Samples, window - 500);
            analyzer.Add(window - 500);
            analyzer.Close();
            AddEnvelope(analyzer);
        }
    }

    private void AddEnvelope(EnvelopeAnalyzer analyzer)
    {
        _hash.Add(analyzer.Spectrum, analyzer.Count);
        _hash.Add(analyzer.Impulsiveness);
        _hash.Add(analyzer.StepHertz);
        _hash.Add(analyzer.ResolutionHertz);
        _hash.Add(analyzer.HighRatio);
        _hash.Add(analyzer.HighMeanSquare);
    }

    /// <summary>A bearing 6205 at 29.95 Hz.</summary>
    private static DetectorSettings Machine()
    {
        var settings = new DetectorSettings();
        settings.ShaftSpeedMilliHertz = 29950;
        settings.BpfoMilliOrders = 3585;
        settings.BpfiMilliOrders = 5415;
        settings.BsfMilliOrders = 2357;
        settings.FtfMilliOrders = 398;
        return settings;
    }

    private void Detect(string name)
    {
        Capture capture = _capture;
        short[] samples = capture.Samples;
        DetectorSettings settings = Machine();
        int count = CaptureLength;
        GoldenInputs.Describe(capture, count);
        switch (name)
        {
            case "silence":
                GoldenInputs.Constant(samples, count, 0);
                samples[100] = 1;
                break;
            case "fullScale":
                GoldenInputs.Square(samples, count);
                break;
            case "impulse":
                GoldenInputs.Constant(samples, count, 0);
                samples[count >> 1] = short.MaxValue;
                break;
            case "saturated":
                GoldenInputs.Train(samples, count, 107371, 8000, 9);
                capture.SaturatedCount = 200;
                break;
            case "constant":
                GoldenInputs.Constant(samples, count, 2049);
                break;
            case "alternating":
                GoldenInputs.Alternating(samples, count);
                break;
            case "noise":
                GoldenInputs.Noise(samples, count, 10, 256);
                break;
            case "outer":
                GoldenInputs.Train(samples, count, 107371, 400, 11);
                break;
            case "inner":
                GoldenInputs.Train(samples, count, 162179, 400, 12);
                break;
            case "slowShaft":
                count = LongLength;
                settings.ShaftSpeedMilliHertz = 10000;
                GoldenInputs.Train(samples, count, 35850, 1500, 13);
                break;
            case "fastShaft":
                // The one line of the outer race is a line of the inner race's comb.
                settings.ShaftSpeedMilliHertz = 75000;
                settings.BpfoMilliOrders = 7170;
                settings.BpfiMilliOrders = 3585;
                GoldenInputs.Train(samples, count, 268875, 400, 16);
                break;
            default:
                count = 6000;
                GoldenInputs.Train(samples, count, 107371, 400, 14);
                break;
        }

        capture.Count = count;
        _detector.Analyze(capture, settings, _result);
        _hash.Add(_result);
    }

    /// <summary>Pieces of one axis and of three: loud and soft, smooth and rough, and what cannot be compressed.</summary>
    private void Compress()
    {
        short[] samples = _capture.Samples;
        var encoder = new RiceEncoder();
        byte[] code = new byte[RiceEncoder.MostBytes(2048)];
        short[] back = new short[2048];
        for (int shape = 0; shape < 5; shape++)
        {
            switch (shape)
            {
                case 0:
                    GoldenInputs.Noise(samples, 4096, 5, 512);
                    break;
                case 1:
                    GoldenInputs.Noise(samples, 4096, 6, 32768);
                    break;
                case 2:
                    GoldenInputs.Square(samples, 4096);
                    break;
                case 3:
                    GoldenInputs.Train(samples, 4096, 107371, 8000, 9);
                    break;
                default:
                    GoldenInputs.Constant(samples, 4096, -32768);
                    break;
            }

            int stride = (shape & 1) == 0 ? 1 : 3;
            for (int count = 3; count <= 2048; count += 1020)
            {
                encoder.Start(samples, count, count, stride, code);
                int length = encoder.Step();
                while (length < 0)
                {
                    length = encoder.Step();
                }

                _hash.Add(length);
                for (int i = 0; i < length; i++)
                {
                    _hash.Add(code[i]);
                }

                _hash.Add(RiceDecoder.Decode(code, 0, length, back, count, stride) ? 1 : 0);
                for (int i = 0; i < count; i++)
                {
                    _hash.Add(back[i]);
                }
            }
        }
    }

    /// <summary>Frames of records that resemble each other, as the outbox writes them, and what is read of them.</summary>
    private void Store()
    {
        var writer = new BitWriter();
        var reader = new BitReader();
        var written = new RecordCodec();
        var read = new RecordCodec();
        written.Reset();
        read.Reset();
        byte[] frame = new byte[OutboxFrame.HeadBytes + OutboxFrame.MostBody];
        byte[] record = new byte[512];
        uint state = 21;
        for (int number = 0; number < 20; number++)
        {
            writer.Start(frame, OutboxFrame.HeadBytes, frame.Length);
            for (int part = 0; part < 3; part++)
            {
                int length = Put("{\"seq\":", record, 0);
                length = Digits.Write((number * 3) + part, record, length);
                length = Put(",\"t\":", record, length);
                length = Digits.Write(1700000000000L + (number * 60000L), record, length);
                length = Put((number & 7) == 5 ? ",\"x\":null,\"values\":[-1" : ",\"x\":\"\u00e4\",\"values\":[0", record, length);
                for (int i = 0; i < 12; i++)
                {
                    state = Next(state);
                    record[length++] = (byte)',';
                    length = Digits.Write((int)(state >> 8) >> (number & 15), record, length);
                }

                length = Put("]}", record, length);
                written.Write(writer, record, length, part);
            }

            int end = writer.Finish();
            OutboxFrame.Seal(frame, 3, end - OutboxFrame.HeadBytes);
            _hash.Add(end);
            for (int i = 0; i < end; i++)
            {
                _hash.Add(frame[i]);
            }

            _hash.Add(OutboxFrame.IsWhole(frame, end - OutboxFrame.HeadBytes) ? 1 : 0);
            reader.Start(frame, OutboxFrame.HeadBytes, end);
            for (int part = 0; part < 3; part++)
            {
                _hash.Add(read.Read(reader));
                for (int i = 0; i < read.Length; i++)
                {
                    _hash.Add(read.Record[i]);
                }
            }
        }
    }

    private static int Put(string text, byte[] bytes, int position)
    {
        for (int i = 0; i < text.Length; i++)
        {
            bytes[position++] = (byte)text[i];
        }

        return position;
    }

    private void Settings()
    {
        string text = Fingerprint.SettingsHash(Machine()) + Fingerprint.SettingsHash(new DetectorSettings());
        for (int i = 0; i < text.Length; i++)
        {
            _hash.Add(text[i]);
        }
    }

    private void Sums()
    {
        var cusum = new Cusum();
        uint state = 17;
        for (int i = 0; i < 500; i++)
        {
            state = Next(state);
            _hash.Add(cusum.Step((int)(long)(state >> 16) - 26000));
            if (i == 300)
            {
                cusum.Reset();
            }
        }

        _hash.Add(cusum.Step(int.MinValue));
        _hash.Add(cusum.Step(int.MaxValue));
    }

    /// <summary>A capture's result of a machine whose levels scatter, drift up, and stand out now and then; at times it is refused or stands still.</summary>
    private void Invent(int number, uint state)
    {
        _result.Clear();
        int drift = number > 200 ? (number - 200) * 20 : 0;
        _result.CaptureSequence = number;
        _result.Running = number % 41 == 40 ? 0 : 1;
        _result.AccelerationMilliG = 300 + (int)(state >> 27) + (drift >> 2);
        _result.VelocityUmPerSecond = number % 23 == 22 ? 9000 : 2000 + (int)(state >> 26) + drift;
        _result.BandMicroG[0] = 100000 + (int)(state >> 18);
        _result.OuterScoreMilli = number % 31 > 28 ? 3100 : 700 + (int)((state >> 12) & 127);
        _result.InnerScoreMilli = 700 + (int)((state >> 9) & 127);
        _result.BallScoreMilli = number % 67 > 64 ? 2900 : 900;
        _result.ImpulsivenessMilli = 690 + (int)((state >> 20) & 15);
        _result.Bearing = _result.OuterScoreMilli >= 2500 ? Verdict.Outer : _result.BallScoreMilli >= 2500 ? Verdict.Ball : Verdict.Normal;
        _result.ShaftPattern = number % 53 == 52 ? Verdict.Unbalance : Verdict.Normal;
        _result.ShaftEstimateMilliHertz = number % 100 > 70 ? 15000 : 29950;
        _result.ShaftEstimateConfidencePermille = 900;
        _result.BearingRefused = number % 37 == 36;
        _result.Refusals = number % 37 == 36 ? Refusal.Saturated : 0;
    }

    /// <summary>Settings that ask for every alarm.</summary>
    private static DetectorSettings Watchful()
    {
        DetectorSettings settings = Machine();
        settings.VelocityTripDelaySeconds = 60;
        settings.BaselineWarmUpCaptures = 30;
        settings.RunningLimitMilliG = 50;
        settings.TemperatureRateLimitCentiCelsiusPerHour = 500;
        settings.TemperatureResidualLimitCentiCelsius = 1500;
        settings.Band1LowHertz = 100;
        settings.Band1HighHertz = 1000;
        settings.Band1LimitMilliG = 110;
        return settings;
    }

    private void Watch()
    {
        DetectorSettings settings = Watchful();
        var monitor = new Monitor();
        uint state = 18;
        for (int i = 0; i < 400; i++)
        {
            state = Next(state);
            Invent(i, state);
            int temperature = i % 29 == 28 ? Monitor.NoTemperature : 4000 + (int)(state >> 25) + (i > 300 ? (i - 300) * 40 : 0);
            _hash.Add(monitor.Step(i % 7 == 6 ? null : _result, temperature, i * 40000L, settings));
            Add(monitor);
            if (i % 50 == 49)
            {
                monitor.Acknowledge(monitor.Alarms);
                _hash.Add(monitor.Unacknowledged);
            }
        }

        settings.BaselineGeneration = 1;
        _hash.Add(monitor.Step(_result, 4000, 400 * 40000L, settings));
        Add(monitor);
    }

    private void Shadowed()
    {
        DetectorSettings live = Watchful();
        DetectorSettings other = Watchful();
        other.VelocityLimitUmPerSecond = 2050;
        other.BaselineLimitMilliSigma = 4000;
        _hash.Add(Shadow.SharesResult(live, other) ? 1 : 0);
        var shadow = new Shadow();
        uint state = 19;
        for (int i = 0; i < 100; i++)
        {
            state = Next(state);
            Invent(i, state);
            _hash.Add(shadow.Step(_result, 4000 + (int)(state >> 25), i * 40000L, other));
            Add(shadow.Monitor);
        }
    }

    private void Add(Monitor monitor)
    {
        _hash.Add(monitor.Verdict);
        _hash.Add(monitor.Alarms);
        _hash.Add(monitor.Unacknowledged);
        _hash.Add(monitor.Causes);
        _hash.Add(monitor.Refusals);
        _hash.Add(monitor.Zone);
        _hash.Add(monitor.ZoneRefusals);
        _hash.Add(monitor.IsRunning ? 1 : 0);
        _hash.Add(monitor.BaselineExcessMilliSigma);
        _hash.Add(monitor.DriftMilliSigma);
    }

    /// <summary>What a baseline learns, in the form a node keeps, half way and whole; and that it is taken over and goes on alike.</summary>
    private void Learned()
    {
        DetectorSettings settings = Watchful();
        var baseline = new Baseline();
        var second = new Baseline();
        uint state = 20;
        for (int i = 0; i < 200; i++)
        {
            state = Next(state);
            Invent(i, state);
            baseline.Judge(_result, settings);
            baseline.Learn(settings);
            _hash.Add(baseline.State);
            for (int feature = 0; feature < BaselineFeature.Count; feature++)
            {
                _hash.Add(baseline.MilliSigma(feature));
            }

            if (i == 20 || i == 199)
            {
                byte[] bytes = baseline.Encode();
                _hash.Add(second.Decode(bytes) ? 1 : 0);
                byte[] again = second.Encode();
                _hash.Add(bytes);
                _hash.Add(again);
                bytes[0] ^= 1;
                _hash.Add(second.Decode(bytes) ? 1 : 0);
            }
        }
    }

    private void Vote()
    {
        Forest forest = Forest.Parse(Trees);
        _hash.Add(forest.Trees);
        uint state = 21;
        for (int i = 0; i < 500; i++)
        {
            _result.Clear();
            state = Next(state);
            _result.OuterScoreMilli = (int)(state >> 20);
            state = Next(state);
            _result.InnerScoreMilli = (int)(state >> 20);
            state = Next(state);
            _result.BallScoreMilli = (int)(state >> 20);
            _result.CageScoreMilli = (i & 7) == 7 ? DetectorResult.NotAvailable : (int)((state >> 8) & 4095);
            _result.ShaftScoreMilli = (int)((state >> 4) & 4095);
            _result.ImpulsivenessMilli = 690 + (i & 255);
            _hash.Add(forest.Choose(_result, Verdict.Outer + (i & 3)));
            _hash.Add(forest.AgreedPermille);
        }

        _hash.Add(forest.Choose(_result, Verdict.Normal));
        _hash.Add(Forest.Parse(Trees.Substring(1)).Choose(_result, Verdict.Inner));
    }

    /// <summary>Mountings that ring: a resonator of two integer coefficients, struck once, on each axis, with noise and gravity.</summary>
    private void Taps()
    {
        var test = new TapTest();
        var record = new TapRecord();
        record.Samples = new short[3 * TapRecord.MaximumSamples];
        record.IsTapped = true;
        uint state = 23;
        for (int round = 0; round < 24; round++)
        {
            record.Count = TapRecord.MaximumSamples - (round * 9);
            record.SaturatedCount = round & 7;
            record.SampleRateMilliHertz = (round & 1) == 0 ? 26667000 : 6640123;
            record.NanoGPerCount = 61000 << (round & 3);
            for (int axis = 0; axis < 3; axis++)
            {
                // 2 r cos w and r², in 16384ths: from slow to near half the rate, from ringing to dead.
                int turn = 30000 - (round * 2300);
                int fall = 15900 - ((round & 7) * 300);
                int strength = axis == (round & 3) ? 9000 : 300 * (round & 7);
                int before = 0;
                int here = 0;
                for (int i = 0; i < TapRecord.MaximumSamples; i++)
                {
                    int next = ((turn * here) - (fall * before)) >> 14;
                    before = here;
                    here = next + (i == 80 + round ? strength : 0);
                    here = here > 30000 ? 30000 : here < -30000 ? -30000 : here;
                    state = Next(state);
                    record.Samples[(axis * TapRecord.MaximumSamples) + i] = (short)(here + (axis * 500) + ((int)(state >> 24) >> (round & 7)));
                }
            }

            TapResult result = test.Judge(record);
            _hash.Add(result.Findings);
            _hash.Add(result.Axis);
            _hash.Add(result.Sign);
            _hash.Add(result.SharePermille);
            _hash.Add(result.RestMilliG, 3);
            _hash.Add(result.PeakMilliG);
            _hash.Add(result.ResonanceMilliHertz);
            _hash.Add(result.DecayMicroseconds);
        }
    }

    private void Floors()
    {
        var floor = new NoiseFloor();
        uint state = 24;
        for (int round = 0; round < 15; round++)
        {
            _capture.Count = 2000 + round;
            _capture.SampleRateMilliHertz = 6667000 << (round & 1);
            _capture.NanoGPerCount = 61000 << (round & 3);
            _capture.NoiseNanoGPerRootHertz = 75000;
            for (int i = 0; i < _capture.Count; i++)
            {
                state = Next(state);

                // Through short: a uint that is only called int is shifted without its sign on nanoFramework.
                _capture.Samples[i] = (short)((short)(state >> 16) >> (round & 31));
            }

            _hash.Add(floor.Measure(_capture) ? 1 : 0);
            _hash.Add(floor.MicroG);
            _hash.Add(floor.PeakMicroG);
            _hash.Add(floor.ExpectedMicroG);
        }
    }
}
