#nullable disable

using DeviceTwin.SensorNode.Twin;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Benchmarks;

/// <summary>
/// A hub on a table for the golden vector of the twin: it sends a node's agent a twin and desired patches that are good, wrong, malformed,
/// late or lost, all drawn from a seed, and hashes what the agent reports and what the node would store.
/// </summary>
public sealed class GoldenTwin
{
    private const int Rounds = 60;

    // What is desired: component, name, lowest and highest number drawn. The ranges reach beyond what the model allows.
    private static readonly string[] Numbers =
    {
        "sampling", "captureIntervalSeconds", "sampling", "temperatureIntervalSeconds", "sampling", "accelerationRangeG",
        "sampling", "triggerLevelMilliG", "machine", "shaftSpeedMilliHertz", "machine", "bpfoMilliOrders", "machine", "isoGroup",
        "machine", "mounting", "machine", "ratedPowerWatts", "detection", "velocityLimitUmPerSecond", "detection", "velocityHysteresisPercent",
        "detection", "temperatureLimitCentiCelsius", "detection", "envelopeBandLowHertz", "detection", "envelopeBandHighHertz",
        "detection", "band1LowHertz", "detection", "band1HighHertz", "detection", "band1LimitMilliG", "detection", "baselineWarmUpCaptures",
        "reporting", "telemetryIntervalSeconds", "reporting", "spectrumEveryCaptures", "shadow", "velocityLimitUmPerSecond",
        "shadow", "envelopeBandLowHertz", "shadow", "band1HighHertz", "shadow", "bearingScoreLimitMilli",
    };

    private static readonly int[] Highest =
    {
        100000, 4000, 17, 17000, 1100000, 110000, 3, 7, 110000000, 60000, 110, 16000, 10000, 14000, 6000, 7000, 1200, 1100, 4000, 20,
        60000, 10000, 7000, 7000,
    };

    private static readonly string[] Switches = { "maintenance", "alarmsInhibited", "shadow", "enabled" };

    // Texts as they stand in a document: plain, refused by the rule, escaped, beyond Latin, cut, and such as cannot be kept.
    private static readonly string[] Texts =
    {
        "\"\"", "\"AQEJ\"", "\"AQEJPAIDWBQ\"", "\"not plain\"", "\"\\u0041\\u0051\\/\\n\\\"\\\\\"", "\"\u00c3\u00a4\"", "\"\\u00e4\\ud83d\\ude00\"",
        "\"\\u0000\"", "\"\\ud800\"",
    };

    // Values that no number or switch takes.
    private static readonly string[] Strange =
    {
        "null", "true", "false", "\"7\"", "7.5", "-0", "1e3", "2147483648", "-2147483649", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "[]", "[1,[2,{\"a\":3}]]", "{}", "{\"value\":{\"ac\":200}}", "0.1E-7",
    };

    // Whole documents that are refused, or taken apart by the reader alone.
    private static readonly string[] Bad =
    {
        "", "{", "[]", "{}", "{\"$version\":-1}", "{\"$version\":1.0}", "{\"$version\":2147483648}", "{\"sampling\":{},}", "{\"a\":01,\"$version\":9}",
        "{\"a\":+1}", "{\"a\":.5}", "{\"a\":1.}", "{\"a\":1e}", "{\"a\":tru}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"\t\"}", "{\"a\" 1}",
        "{\"a\":[1,]}", "{\"a\":1}}", "{\"a\":1} x", "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", "{'a':1}", "{\"\u00c3\":1}", "\u00ef\u00bb\u00bf{}", "nul",
        " \r\n\t{ \"a\" : [ -12.5e+3 , \"\\u00e4\\ud83d\\ude00\" , { } ] }",
    };

    private static readonly string[] AlarmWords = { null, "highVelocity", "outerRace", null, "\u00dcbertemperatur", "hot" };

    private readonly GoldenHash _hash;
    private readonly byte[] _document = new byte[8192];
    private readonly Rule _rule = new Rule();
    private uint _state = 25;
    private int _length;
    private int _desiredVersion = 3;
    private int _reportedVersion = 7;

    /// <param name="hash">Takes what comes out.</param>
    public GoldenTwin(GoldenHash hash)
    {
        _hash = hash;
    }

    /// <summary>Plays the conversation.</summary>
    public void Run()
    {
        Read();
        var backoff = new Backoff(1000, 60000, 250, new Jitter(26));
        var agent = new TwinAgent(new SettingsValues(), _rule, AlarmWords, backoff, 12345678);
        agent.Facts.Set(TwinFacts.FirmwareVersion, "1.2.3");
        agent.Facts.Set(TwinFacts.Board, "\u00e4\"\\\u0001\u20ac");
        agent.Facts.Set(TwinFacts.Verdict, null);
        agent.Facts.SetAlarms(TwinFacts.Alarms, 2);
        agent.Health.SetMode("normal");
        agent.Health.Set(HealthFacts.ClockOffsetMs, int.MinValue + 1);
        long nowMs = 0;
        agent.Connected(nowMs);
        for (int round = 0; round < Rounds; round++)
        {
            nowMs += Draw(4) == 0 ? TwinAgent.AnswerTimeoutMs : 1000;
            Push(agent, nowMs);
            agent.Facts.SetAlarms(TwinFacts.Alarms, Draw(64));
            agent.Health.Set(HealthFacts.SignalDbm, -Draw(90));
            agent.Step(nowMs);
            TwinRequest request = agent.TakeRequest();
            while (request != null)
            {
                Answer(agent, request, nowMs);
                agent.Step(nowMs);
                request = agent.TakeRequest();
            }

            Look(agent);
            if ((round & 15) == 15)
            {
                agent.Disconnected(nowMs);
                agent.Connected(nowMs);
            }
        }
    }

    /// <summary>What the reader makes of documents that nobody would send.</summary>
    private void Read()
    {
        var reader = new JsonReader();
        for (int number = 0; number < Bad.Length; number++)
        {
            Begin(Bad[number]);
            reader.Start(_document, _length);
            JsonToken token = reader.Next();
            while (token != JsonToken.End && token != JsonToken.Malformed)
            {
                Note(reader, token);
                token = reader.Next();
            }

            Note(reader, token);
        }
    }

    private void Note(JsonReader reader, JsonToken token)
    {
        _hash.Add((int)token);
        _hash.Add(reader.Position);
        _hash.Add(reader.Depth);
        _hash.Add((int)reader.Integer);
        _hash.Add((int)(reader.Integer >> 32));
        if (token == JsonToken.String || token == JsonToken.Name)
        {
            _hash.Add(reader.TextLength());
            Add(reader.IsTextPortable() ? reader.Text() : null);
        }
    }

    /// <summary>A desired patch, or none: the next, an old one, one after a gap, or something that is none.</summary>
    private void Push(TwinAgent agent, long nowMs)
    {
        int kind = Draw(8);
        if (kind == 0)
        {
            return;
        }

        if (kind == 1)
        {
            Begin(Bad[Draw(Bad.Length)]);
        }
        else
        {
            _desiredVersion += kind == 2 ? 2 : kind == 3 ? 0 : 1;
            Begin("{");
            Desire();
            Put("\"$version\":");
            Put(_desiredVersion);
            Put("}");
        }

        agent.Desired(Taken(), nowMs);
    }

    private void Answer(TwinAgent agent, TwinRequest request, long nowMs)
    {
        _hash.Add(request.RequestId);
        int kind = Draw(16);
        if (request.Patch == null)
        {
            Begin("{\"desired\":{");
            Desire();
            Put("\"$metadata\":{\"$lastUpdated\":\"2026-01-01T00:00:00Z\"},\"$version\":");
            Put(_desiredVersion);
            Put("},\"reported\":{\"verdict\":\"normal\",\"old\":{\"a\":[1,2]},\"sampling\":{\"__t\":\"c\",\"gone\":{\"value\":1,\"ac\":400}},\"$version\":");
            Put(_reportedVersion);
            Put(kind == 1 ? "}" : "}}");
            agent.Answered(kind == 0 ? 503 : 200, request.RequestId, -1, Taken(), nowMs);
        }
        else
        {
            _hash.Add(request.Patch);
            int status = kind == 0 ? 429 : kind == 1 ? 400 : kind == 2 ? 412 : kind == 3 ? 413 : 204;
            _reportedVersion += status == 204 ? 1 : 0;
            agent.Answered(status, request.RequestId, status == 204 ? _reportedVersion : -1, new byte[0], nowMs);
        }
    }

    /// <summary>Up to twelve members of the desired properties, good and bad, each component as often as it comes.</summary>
    private void Desire()
    {
        int count = Draw(13);
        for (int i = 0; i < count; i++)
        {
            int kind = Draw(16);
            if (kind < 9)
            {
                int number = Draw(Highest.Length);
                Member(Numbers[number << 1], Numbers[(number << 1) + 1]);
                Put(Draw(8) == 0 ? -Draw(3) : Draw(Highest[number] + 1));
                Put("},");
            }
            else if (kind < 11)
            {
                int place = Draw(2) << 1;
                Member(Switches[place], Switches[place + 1]);
                Put(Draw(3) == 0 ? Strange[Draw(Strange.Length)] : Draw(2) == 0 ? "true" : "false");
                Put("},");
            }
            else if (kind < 13)
            {
                Member(Draw(2) == 0 ? "detection" : "shadow", "forest");
                Put(Draw(5) == 0 ? Strange[Draw(Strange.Length)] : Texts[Draw(Texts.Length)]);
                Put("},");
            }
            else if (kind < 15)
            {
                int number = Draw(Highest.Length);
                Member(Numbers[number << 1], Draw(3) == 0 ? "unknown" : Numbers[(number << 1) + 1]);
                Put(Strange[Draw(Strange.Length)]);
                Put("},");
            }
            else
            {
                Put(Draw(2) == 0 ? "\"stray\\u00e4\": " : "\"machine\" :\r\n");
                Put(Strange[Draw(Strange.Length)]);
                Put(",");
            }
        }
    }

    private void Look(TwinAgent agent)
    {
        _hash.Add((int)agent.State);
        _hash.Add(agent.DesiredVersion);
        _hash.Add(agent.Malformed);
        _hash.Add(agent.MalformedAt);
        _hash.Add(agent.Refusals);
        _hash.Add(agent.Unreportable);
        _hash.Add(agent.Book.Changes);
        _hash.Add(agent.Book.Rejections);
        _hash.Add(agent.Book.Unacknowledged);
        _hash.Add((int)agent.NextWakeMs);

        // What a node stores, what it reads of it, and of a copy with one bit wrong.
        byte[] stored = SettingsCodec.Write(agent.Book.Values);
        _hash.Add(stored);
        Restore(stored);
        stored[Draw(stored.Length)] ^= (byte)(1 << (Draw(7) & 7));
        Restore(stored);
    }

    private void Restore(byte[] stored)
    {
        SettingsValues values = SettingsCodec.Read(stored, _rule);
        _hash.Add(values != null ? 1 : 0);
        if (values != null)
        {
            _hash.Add(SettingsCodec.Write(values));
        }
    }

    private void Member(string component, string name)
    {
        Put("\"");
        Put(component);
        Put("\":{\"");
        Put(name);
        Put("\":");
    }

    private void Begin(string text)
    {
        _length = 0;
        Put(text);
    }

    // One byte for each character.
    private void Put(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            _document[_length++] = (byte)text[i];
        }
    }

    private void Put(int number)
    {
        _length = Digits.Write(number, _document, _length);
    }

    private byte[] Taken()
    {
        var bytes = new byte[_length];
        for (int i = 0; i < _length; i++)
        {
            bytes[i] = _document[i];
        }

        return bytes;
    }

    private void Add(string text)
    {
        _hash.Add(text == null ? -1 : text.Length);
        for (int i = 0; text != null && i < text.Length; i++)
        {
            _hash.Add(text[i]);
        }
    }

    private int Draw(int bound)
    {
        _state = (_state * 1664525u) + 1013904223u;
        return (int)(((long)(int)(_state >> 1) * bound) >> 31);
    }

    /// <summary>Letters and digits are well formed, nothing else is.</summary>
    private sealed class Rule : TextRule
    {
        /// <inheritdoc/>
        public override string Fault(int index, string text)
        {
            for (int i = 0; i < text.Length; i++)
            {
                char character = text[i];
                if ((character < '0' || character > '9') && (character < 'A' || character > 'Z') && (character < 'a' || character > 'z'))
                {
                    return "it is not plain";
                }
            }

            return null;
        }
    }
}
