using System;
using System.Threading;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Boards.Esp32;
using DeviceTwin.SensorNode.Provisioning;
using nanoFramework.Hardware.Esp32;
using nanoFramework.Networking;
using nanoFramework.Runtime.Native;

namespace DeviceTwin.SensorNode;

/// <summary>Composition root on the board: builds the parts and owns the two loops.</summary>
public static class Program
{
    private const int RefusalPeriodMs = 10000;
    private const int LongestSleepMs = 1000;
    private const int AfterFailureMs = 1000;
    private const int WhileCapturingMs = 20;

    private static Node _node;
    private static IClock _clock;

    public static void Main()
    {
        BoardDescription board = BoardCatalogue.ForTarget(SystemInfo.TargetName);
        if (board == null)
        {
            Refuse("boardUnknown: " + SystemInfo.TargetName);
        }

        var files = new Esp32Files();
        var store = new IdentityStore(files);
        NodeIdentity identity = store.Load();
        if (identity == null)
        {
            Refuse(store.Refusal);
        }

        if (identity.TimeServer != null)
        {
            Sntp.Server1 = identity.TimeServer;
        }

        Sntp.Start();
        _clock = new Esp32Clock();
        var parts = new NodeParts();
        parts.Clock = _clock;
        parts.Files = files;
        parts.Radio = new Esp32Radio();
        parts.Session = new M2MqttSession();
        parts.Power = new Esp32Power();
        parts.Accelerometer = board.Accelerometer;
        parts.AccelerometerBus = Esp32Board.OpenAccelerometer(board);
        parts.TemperatureSensor = board.TemperatureSensor;
        parts.TemperatureBus = Esp32Board.OpenTemperatureBus(board);
        parts.TemperatureLine = Esp32Board.OpenTemperatureLine(board);
        parts.Identity = identity;
        parts.BoardName = board.Name;
        parts.CaptureCapacity = board.CaptureCapacity;
        parts.DetectorWindow = board.DetectorWindow;

        // How long network and file system took to start differs from board to board and from start to start.
        parts.Seed = (int)HighResTimer.GetCurrent();
        _node = new Node(parts);

        var measure = new Thread(Measure);
        measure.Start();
        Talk();
    }

    // A node without identity or board has nothing to do but say so to the technician.
    private static void Refuse(string reason)
    {
        while (true)
        {
            Console.WriteLine("refused: " + reason);
            Thread.Sleep(RefusalPeriodMs);
        }
    }

    private static void Measure()
    {
        Thread thread = Thread.CurrentThread;
        while (true)
        {
            // A capture goes before everything else; the analysis after it can wait for the hub.
            thread.Priority = _node.IsCapturing() ? ThreadPriority.Highest : ThreadPriority.Normal;
            long next;
            try
            {
                next = _node.StepMeasure(_clock.UptimeMs());
            }
            catch (Exception)
            {
                _node.Health.LoopFailures++;
                next = _clock.UptimeMs() + AfterFailureMs;
            }

            SleepUntil(next);
        }
    }

    private static void Talk()
    {
        while (true)
        {
            // The runtime looks at a thread whose sleep is over when the running one has used up its quantum of 20 ms, whatever their priorities;
            // the accelerometer's FIFO lasts 19 ms. Nothing but a pause keeps the samples: what talks waits while a capture is under way.
            if (_node.IsCapturing())
            {
                Thread.Sleep(WhileCapturingMs);
                continue;
            }

            long next;
            try
            {
                next = _node.StepTalk(_clock.UptimeMs());
            }
            catch (Exception)
            {
                _node.Health.LoopFailures++;
                next = _clock.UptimeMs() + AfterFailureMs;
            }

            SleepUntil(next);
        }
    }

    private static void SleepUntil(long nextMs)
    {
        long wait = nextMs - _clock.UptimeMs();
        Thread.Sleep(wait <= 0 ? 0 : wait > LongestSleepMs ? LongestSleepMs : (int)wait);
    }
}
