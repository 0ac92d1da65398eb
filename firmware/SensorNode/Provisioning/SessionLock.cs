using System;
using System.Security.Cryptography;
using System.Text;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>
/// Who may provision the node: everybody while it has no secret; then whoever signs a challenge with it, or held the board's button while it
/// started, for a while. Each challenge counts once; wrong answers make the next one wait longer.
/// </summary>
public sealed class SessionLock
{
    /// <summary>Nothing to protect.</summary>
    public const int ByNothing = 0;

    /// <summary>A challenge was signed.</summary>
    public const int BySecret = 1;

    /// <summary>The button was held at the start.</summary>
    public const int ByButton = 2;

    /// <summary>A session without a request ends after so many milliseconds.</summary>
    public const int IdleMs = 300000;

    /// <summary>The button opens for so many milliseconds.</summary>
    public const int ButtonWindowMs = 600000;

    /// <summary>A challenge is good for so many milliseconds.</summary>
    public const int ChallengeMs = 30000;

    /// <summary>The wait after the first wrong answer in milliseconds; each further one doubles it.</summary>
    public const int FirstWaitMs = 1000;

    /// <summary>The longest wait in milliseconds.</summary>
    public const int LongestWaitMs = 300000;

    /// <summary>Bytes of a challenge.</summary>
    public const int ChallengeLength = 16;

    /// <summary>Bytes that a secret has at least.</summary>
    public const int ShortestSecret = 16;

    private const string Purpose = "devicetwin-provisioning-1";

    private byte[] _challenge;
    private long _challengeAtMs;
    private int _challenges;
    private long _notBeforeMs = long.MinValue;
    private long _openUntilMs = long.MinValue;
    private long _windowUntilMs = long.MinValue;

    /// <summary>Wrong answers since the last right one.</summary>
    public int WrongAnswers { get; private set; }

    /// <summary>Sessions opened.</summary>
    public int Sessions { get; private set; }

    /// <summary>How the last one was opened.</summary>
    public int OpenedBy { get; private set; }

    /// <summary>The button was held while the node started.</summary>
    public void OpenWindow(long nowMs)
    {
        _windowUntilMs = nowMs + ButtonWindowMs;
        OpenedBy = ByButton;
        Sessions++;
    }

    /// <summary>Whether requests are served.</summary>
    public bool IsOpen(bool isProtected, long nowMs)
    {
        return !isProtected || nowMs < _openUntilMs || nowMs < _windowUntilMs;
    }

    /// <summary>Opens a session without a challenge: whoever sets a secret knows it.</summary>
    public void OpenSigned(long nowMs)
    {
        _openUntilMs = nowMs + IdleMs;
    }

    /// <summary>A request came: the session lives on.</summary>
    public void Touch(long nowMs)
    {
        if (nowMs < _openUntilMs)
        {
            _openUntilMs = nowMs + IdleMs;
        }
    }

    /// <summary>Ends the session.</summary>
    public void Close()
    {
        _openUntilMs = long.MinValue;
        _windowUntilMs = long.MinValue;
        _challenge = null;
    }

    /// <summary>How long the next answer must wait in milliseconds; 0 where it may come.</summary>
    public int WaitMs(long nowMs)
    {
        return nowMs >= _notBeforeMs ? 0 : (int)(_notBeforeMs - nowMs);
    }

    /// <summary>
    /// Something to sign. The node has no good source of chance: it signs what never comes twice with a key that nobody else knows, which is
    /// as hard to foretell.
    /// </summary>
    public byte[] Challenge(string secret, string chipId, int starts, long nowMs, long utcMs)
    {
        _challenges++;
        string once = "challenge " + chipId + " " + Digits.Text(starts) + " " + Digits.Text(_challenges) + " " + Digits.Text(nowMs) + " " + Digits.Text(utcMs);
        byte[] hash = HMACSHA256.HashData(Key(secret), Encoding.UTF8.GetBytes(once));
        _challenge = new byte[ChallengeLength];
        Array.Copy(hash, 0, _challenge, 0, ChallengeLength);
        _challengeAtMs = nowMs;
        return _challenge;
    }

    /// <summary>Judges an answer.</summary>
    /// <returns>A number of <see cref="SerialStatus"/>.</returns>
    public int Answer(string secret, string chipId, byte[] answer, long nowMs)
    {
        if (WaitMs(nowMs) > 0)
        {
            return SerialStatus.TooSoon;
        }

        byte[] challenge = nowMs - _challengeAtMs <= ChallengeMs ? _challenge : null;
        _challenge = null;
        if (challenge != null && answer != null && AreEqual(answer, Sign(Key(secret), challenge, chipId)))
        {
            _openUntilMs = nowMs + IdleMs;
            OpenedBy = BySecret;
            Sessions++;
            WrongAnswers = 0;
            return SerialStatus.Ok;
        }

        int doublings = WrongAnswers < 9 ? WrongAnswers : 9;
        long wait = (long)FirstWaitMs << (doublings & 15);
        _notBeforeMs = nowMs + (wait > LongestWaitMs ? LongestWaitMs : wait);
        WrongAnswers++;
        return SerialStatus.WrongAnswer;
    }

    /// <summary>The right answer: HMAC-SHA-256 by the secret over purpose, chip and challenge.</summary>
    public static byte[] Sign(byte[] secret, byte[] challenge, string chipId)
    {
        byte[] head = Encoding.UTF8.GetBytes(Purpose + " " + chipId + " ");
        byte[] message = new byte[head.Length + challenge.Length];
        Array.Copy(head, 0, message, 0, head.Length);
        Array.Copy(challenge, 0, message, head.Length, challenge.Length);
        return HMACSHA256.HashData(secret, message);
    }

    private static byte[] Key(string secret)
    {
        return Convert.FromBase64String(secret);
    }

    // In the same time wherever they differ.
    private static bool AreEqual(byte[] one, byte[] other)
    {
        int difference = one.Length ^ other.Length;
        for (int index = 0; index < one.Length && index < other.Length; index++)
        {
            difference |= one[index] ^ other[index];
        }

        return difference == 0;
    }
}
