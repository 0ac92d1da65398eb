namespace DeviceTwin.SensorNode.Detection;

/// <summary>What one capture said: features, scores, spectra and refusals, all as integers. Owned by the caller and refilled by the detector.</summary>
public sealed class DetectorResult
{
    /// <summary>Largest number of values in either spectrum.</summary>
    public const int MaximumSpectrumLength = 512;

    /// <summary>Largest value of <see cref="EnvelopeSpectrum"/>: a million times the floor.</summary>
    public const int LargestEnvelopeValue = 1000000000;

    /// <summary>Marks a feature or score that was not asked for or refused.</summary>
    public const int NotAvailable = -1;

    /// <summary>Running number of the capture.</summary>
    public int CaptureSequence;

    /// <summary>Velocity RMS from 10 to 1000 Hz in um/s, or <see cref="NotAvailable"/>.</summary>
    public int VelocityUmPerSecond;

    /// <summary>Acceleration RMS without its mean, in thousandths of g, or <see cref="NotAvailable"/> where the unit is not known.</summary>
    public int AccelerationMilliG;

    /// <summary>Largest distance of the acceleration from its mean, in thousandths of g, or <see cref="NotAvailable"/>.</summary>
    public int PeakMilliG;

    /// <summary>Score of an outer race defect in thousandths, or <see cref="NotAvailable"/>.</summary>
    public int OuterScoreMilli;

    /// <summary>Score of an inner race defect in thousandths, or <see cref="NotAvailable"/>.</summary>
    public int InnerScoreMilli;

    /// <summary>Score of a rolling element defect in thousandths, or <see cref="NotAvailable"/>.</summary>
    public int BallScoreMilli;

    /// <summary>Score of the shaft orders 1 to 6 (or their doubles or triples) in the envelope in thousandths, or <see cref="NotAvailable"/>: looseness and rubs, not bearings.</summary>
    public int ShaftScoreMilli;

    /// <summary>Impulsiveness of the envelope band (0 = steady, about 693 = Gaussian noise) in thousandths, or <see cref="NotAvailable"/>.</summary>
    public int ImpulsivenessMilli;

    /// <summary>Harmonics, 0 to 3, that <see cref="OuterScoreMilli"/> rests on.</summary>
    public int OuterHarmonics;

    /// <summary>Harmonics, 0 to 3, that <see cref="InnerScoreMilli"/> rests on.</summary>
    public int InnerHarmonics;

    /// <summary>Harmonics, 0 to 3, that <see cref="BallScoreMilli"/> rests on.</summary>
    public int BallHarmonics;

    /// <summary>Energy from 2 to 4 kHz over that from 10 to 1000 Hz in thousandths, or <see cref="NotAvailable"/>; needs no unit.</summary>
    public int HighRatioMilli;

    /// <summary>Acceleration RMS from 2 to 4 kHz in millionths of g, or <see cref="NotAvailable"/>.</summary>
    public int HighMicroG;

    /// <summary>Score of a cage defect in thousandths, or <see cref="NotAvailable"/>.</summary>
    public int CageScoreMilli;

    /// <summary>How sure <see cref="Bearing"/> is, in thousandths; 0 where it is <see cref="NotAvailable"/>.</summary>
    public int ConfidencePermille;

    /// <summary>Bearing windows whose envelope spectra were averaged.</summary>
    public int Windows;

    /// <summary>Velocity RMS from 2 to 1000 Hz in um/s (machines below 600 rpm), or <see cref="NotAvailable"/>.</summary>
    public int SlowVelocityUmPerSecond;

    /// <summary>Displacement peak to peak in nanometres, 10 to 1000 Hz, or <see cref="NotAvailable"/>.</summary>
    public int DisplacementNanometres;

    /// <summary>Peak over RMS of the acceleration in thousandths, or <see cref="NotAvailable"/>.</summary>
    public int CrestMilli;

    /// <summary>Fourth standardised moment of the acceleration in thousandths (3000 = Gaussian), or <see cref="NotAvailable"/>.</summary>
    public int KurtosisMilli;

    /// <summary>Third standardised moment of the acceleration in thousandths, signed, or <see cref="SkewnessUnknown"/>.</summary>
    public int SkewnessMilli;

    /// <summary>Value of <see cref="SkewnessMilli"/> where there is none.</summary>
    public const int SkewnessUnknown = int.MinValue;

    /// <summary>Configurable bands.</summary>
    public const int BandCount = 3;

    /// <summary>Acceleration RMS of each configurable band in millionths of g, or <see cref="NotAvailable"/>.</summary>
    public readonly int[] BandMicroG = new int[BandCount];

    /// <summary>Most peaks.</summary>
    public const int MaximumPeaks = 8;

    /// <summary>Number of valid peaks of the velocity spectrum, the largest first.</summary>
    public int PeakCount;

    /// <summary>Frequencies of the peaks in millihertz, interpolated between bins.</summary>
    public readonly int[] PeakMilliHertz = new int[MaximumPeaks];

    /// <summary>Velocity RMS of the peaks in um/s.</summary>
    public readonly int[] PeakUmPerSecond = new int[MaximumPeaks];

    /// <summary>Shaft speed estimated from the spectrum in millihertz, or <see cref="NotAvailable"/>.</summary>
    public int ShaftEstimateMilliHertz;

    /// <summary>How sure the estimate is, in thousandths.</summary>
    public int ShaftEstimateConfidencePermille;

    /// <summary>
    /// What the velocity at the shaft's orders looks like, whatever its level: <see cref="Verdict.Unbalance"/>,
    /// <see cref="Verdict.Misalignment"/>, <see cref="Verdict.Looseness"/>, <see cref="Verdict.Normal"/> where no rule fits, or
    /// <see cref="NotAvailable"/>.
    /// </summary>
    public int ShaftPattern;

    /// <summary>ISO zone: 0 = A, 1 = B, 2 = C, 3 = D, or <see cref="NotAvailable"/> where <see cref="ZoneRefusals"/> says why not.</summary>
    public int Zone;

    /// <summary>The standard and edition of <see cref="Zone"/>.</summary>
    public const string ZoneEdition = SeverityZone.Edition;

    /// <summary>Why there is no zone: flags of <see cref="Refusal"/>.</summary>
    public int ZoneRefusals;

    /// <summary>Whether the machine runs: 1, 0, or <see cref="NotAvailable"/> where the unit is not known.</summary>
    public int Running;

    /// <summary>Share of samples in runs at a rail below the sensor's full scale, in thousandths, rounded up.</summary>
    public int ClippedPermille;

    /// <summary>
    /// Share of the signal's energy above 0.45 of the sampling rate, in thousandths: what may have folded; white noise has 100.
    /// <see cref="NotAvailable"/> where the capture is shorter than 512 samples or refused as a whole.
    /// </summary>
    public int AliasingPermille;

    /// <summary>Velocity RMS, 10 to 1000 Hz, that the sensor's own noise makes, in um/s, or <see cref="NotAvailable"/>.</summary>
    public int NoiseVelocityUmPerSecond;

    /// <summary>
    /// What this capture alone says of the bearing: <see cref="Verdict.Outer"/>, <see cref="Verdict.Inner"/>, <see cref="Verdict.Ball"/>,
    /// <see cref="Verdict.Cage"/>, <see cref="Verdict.Normal"/>, or <see cref="NotAvailable"/> where no family could be judged.
    /// </summary>
    public int Bearing;

    /// <summary>Whether a velocity limit is set but the velocity could not be measured.</summary>
    public bool VelocityRefused;

    /// <summary>Whether bearing orders are set but no family could be judged.</summary>
    public bool BearingRefused;

    /// <summary>Why something that was asked was not judged: flags of <see cref="Refusal"/>.</summary>
    public int Refusals;

    /// <summary>Share of the planned samples received without a gap, in thousandths.</summary>
    public int CoveragePermille;

    /// <summary>Share of samples at the sensor's full scale, in thousandths, rounded up.</summary>
    public int SaturatedPermille;

    /// <summary>Whether samples are missing inside the capture.</summary>
    public bool Overrun;

    /// <summary>Velocity spectrum in um/s RMS; the first <see cref="VelocitySpectrumCount"/> values are valid.</summary>
    public readonly int[] VelocitySpectrum;

    /// <summary>Number of valid values in <see cref="VelocitySpectrum"/>; 0 where velocity was refused.</summary>
    public int VelocitySpectrumCount;

    /// <summary>Distance of two values of <see cref="VelocitySpectrum"/> in millihertz; value i stands at i times this.</summary>
    public int VelocityBinMilliHertz;

    /// <summary>Envelope spectrum in thousandths of its floor; the first <see cref="EnvelopeSpectrumCount"/> values are valid.</summary>
    public readonly int[] EnvelopeSpectrum;

    /// <summary>Number of valid values in <see cref="EnvelopeSpectrum"/>; 0 where there is none.</summary>
    public int EnvelopeSpectrumCount;

    /// <summary>Distance of two values of <see cref="EnvelopeSpectrum"/> in millihertz; value i stands at i times this.</summary>
    public int EnvelopeBinMilliHertz;

    /// <summary>A result with room for the longest spectra.</summary>
    public DetectorResult()
        : this(MaximumSpectrumLength, MaximumSpectrumLength)
    {
    }

    /// <summary>A result with room for what a detector can fill it with: see <see cref="Detector.ResultFor"/>.</summary>
    public DetectorResult(int velocityLength, int envelopeLength)
    {
        VelocitySpectrum = new int[velocityLength];
        EnvelopeSpectrum = new int[envelopeLength];
    }

    /// <summary>Forgets everything: nothing is available, nothing is refused.</summary>
    public void Clear()
    {
        CaptureSequence = 0;
        VelocityUmPerSecond = NotAvailable;
        AccelerationMilliG = NotAvailable;
        PeakMilliG = NotAvailable;
        OuterScoreMilli = NotAvailable;
        InnerScoreMilli = NotAvailable;
        BallScoreMilli = NotAvailable;
        ShaftScoreMilli = NotAvailable;
        ImpulsivenessMilli = NotAvailable;
        OuterHarmonics = 0;
        InnerHarmonics = 0;
        BallHarmonics = 0;
        HighRatioMilli = NotAvailable;
        HighMicroG = NotAvailable;
        Bearing = NotAvailable;
        CageScoreMilli = NotAvailable;
        ConfidencePermille = 0;
        Windows = 0;
        SlowVelocityUmPerSecond = NotAvailable;
        DisplacementNanometres = NotAvailable;
        CrestMilli = NotAvailable;
        KurtosisMilli = NotAvailable;
        SkewnessMilli = SkewnessUnknown;
        for (int i = 0; i < BandCount; i++)
        {
            BandMicroG[i] = NotAvailable;
        }

        PeakCount = 0;
        ShaftEstimateMilliHertz = NotAvailable;
        ShaftEstimateConfidencePermille = 0;
        ShaftPattern = NotAvailable;
        Zone = NotAvailable;
        ZoneRefusals = 0;
        Running = NotAvailable;
        ClippedPermille = 0;
        AliasingPermille = NotAvailable;
        NoiseVelocityUmPerSecond = NotAvailable;
        VelocityRefused = false;
        BearingRefused = false;
        Refusals = 0;
        CoveragePermille = 0;
        SaturatedPermille = 0;
        Overrun = false;
        VelocitySpectrumCount = 0;
        VelocityBinMilliHertz = 0;
        EnvelopeSpectrumCount = 0;
        EnvelopeBinMilliHertz = 0;
    }
}
