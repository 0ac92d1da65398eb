using System;
using System.Net.NetworkInformation;
using System.Threading;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Boards.Esp32;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Supervision;
using nanoFramework.Hardware.Esp32;
using nanoFramework.Networking;
using nanoFramework.Runtime.Native;

namespace DeviceTwin.SensorNode;

/// <summary>
/// Composition root on the board: builds the parts and owns the two loops, and beside them a watch that sees whether they live and the
/// dialogue with a technician.
/// </summary>
public static class Program
{
    private const int RefusalPeriodMs = 10000;
    private const int LongestSleepMs = 1000;
    private const int AfterFailureMs = 1000;
    private const int WhileCapturingMs = 20;
    private const int WatchPeriodMs = 1000;
    private const int AfterFailedStartMs = 60000;

    private static Node _node;
    private static IClock _clock;
    private static SerialHost _serial;

    public static void Main()
    {
        Say(BootLine.Starting, Node.FirmwareVersion);
        BoardDescription board = BoardCatalogue.ForTarget(SystemInfo.TargetName);
        if (board == null)
        {
            Refuse(BootLine.BoardUnknown, SystemInfo.TargetName);
        }

        Say(BootLine.Board, board.Name + " " + SystemInfo.TargetName);
        var files = new Esp32Files();
        var power = new Esp32Power();
        var radio = new Esp32Radio();
        _clock = new Esp32Clock();
        ISerialLink link = Esp32SerialLink.Open(board);
        var store = new IdentityStore(files);
        NodeIdentity identity = store.Load();
        bool isButtonHeld = Esp32Board.IsButtonPressed(board);
        var parts = new NodeParts();
        parts.Clock = _clock;
        parts.Files = files;
        parts.Radio = radio;
        parts.Power = power;
        parts.Accelerometer = board.Accelerometer;
        parts.TemperatureSensor = board.TemperatureSensor;
        parts.CaptureCapacity = board.CaptureCapacity;
        OpenBuses(board, parts);
        if (identity == null)
        {
            Provision(board, link, parts, store.Refusal);
        }

        if (identity.TimeServer != null)
        {
            Sntp.Server1 = identity.TimeServer;
        }

        Sntp.Start();
        parts.Session = new M2MqttSession();
        parts.Indicator = Esp32Board.OpenLamp(board);
        parts.Identity = identity;
        parts.BoardName = board.Name;
        parts.DetectorWindow = board.DetectorWindow;
        parts.HasTrial = board.HasTrial;
        parts.HasForest = board.HasForest;
        parts.WaveformCapacity = board.WaveformCapacity;
        parts.OutboxQueueBytes = board.OutboxQueueBytes;
        parts.OutboxFileBytes = board.FileSystemBytes - BoardDescription.ReservedFileBytes;

        // How long network and file system took to start differs from board to board and from start to start.
        parts.Seed = (int)HighResTimer.GetCurrent();
        try
        {
            _node = new Node(parts);
        }
        catch (Exception exception)
        {
            // The supervisor was the first to run and has counted this start: after some more the node leaves out what is in the way.
            Say(BootLine.StartFailed, exception.Message);
            Thread.Sleep(AfterFailedStartMs);
            power.Restart();
        }

        if (link != null)
        {
            _serial = NewHost(board, link, parts, _node.Supervisor, _node.Sensors, _node.Turn);
            if (isButtonHeld)
            {
                _serial.Dialogue.Lock.OpenWindow(_clock.UptimeMs());
            }
        }

        Say(BootLine.Cause, ResetCause.Word(_node.Supervisor.Cause));
        Say(BootLine.Identity, identity.Name + " " + (identity.HubHost == null ? identity.DpsHost : identity.HubHost));
        Say(BootLine.Mode, NodeMode.Word(_node.Supervisor.Mode));
        Say(link == null ? BootLine.PortFailed : BootLine.PortOpen, null);
        new Thread(Measure).Start();
        new Thread(Watch).Start();
        if (_serial != null)
        {
            new Thread(Serve).Start();
        }

        Say(BootLine.Running, null);
        Talk();
    }

    // A board that talks and cannot measure is worth more than one that does neither.
    private static void OpenBuses(BoardDescription board, NodeParts parts)
    {
        try
        {
            parts.AccelerometerBus = Esp32Board.OpenAccelerometer(board);
        }
        catch (Exception exception)
        {
            Say(BootLine.BusFailed, exception.Message);
        }

        try
        {
            parts.TemperatureBus = Esp32Board.OpenTemperatureBus(board);
            parts.TemperatureLine = Esp32Board.OpenTemperatureLine(board);
        }
        catch (Exception exception)
        {
            Say(BootLine.BusFailed, exception.Message);
        }
    }

    // Without an identity there is nothing to do but to let a technician give one.
    private static void Provision(BoardDescription board, ISerialLink link, NodeParts parts, string refusal)
    {
        if (link == null)
        {
            Refuse(BootLine.IdentityRefused, refusal);
        }

        var supervisor = new Supervisor(parts.Files, parts.Power, new HealthCounters(), TalkLoop.SettingsFile);
        supervisor.Start();
        var bench = new SensorBench(parts);
        _serial = NewHost(board, link, parts, supervisor, bench.Sensors, new WorkTurn());
        Say(BootLine.Cause, ResetCause.Word(supervisor.Cause));
        Say(BootLine.IdentityRefused, refusal);
        Say(BootLine.Waiting, null);
        while (true)
        {
            long nowMs = _clock.UptimeMs();
            long next = _serial.Step(nowMs, false, LinkFault.None);
            long nextSample = bench.Step(nowMs);
            SleepUntil(nextSample < next ? nextSample : next);
        }
    }

    private static SerialHost NewHost(BoardDescription board, ISerialLink link, NodeParts parts, Supervisor supervisor, SensorDesk sensors, WorkTurn turn)
    {
        var facts = new ProvisioningFacts();
        facts.Board = board.Name;
        facts.Mac = Mac();
        facts.ChipId = facts.Mac;
        facts.Accelerometer = board.Accelerometer;
        facts.Thermometer = board.TemperatureSensor;
        IProvisioningSensors measurements = sensors == null ? null : new TechnicianSensors(sensors);
        return new SerialHost(link, parts.Files, supervisor, new SerialDialogue(link, parts.Files, _clock, parts.Radio, measurements, facts), turn);
    }

    private static string Mac()
    {
        try
        {
            byte[] address = NetworkInterface.GetAllNetworkInterfaces()[0].PhysicalAddress;
            return Hexadecimal.Text(address, address.Length);
        }
        catch (Exception)
        {
            return "";
        }
    }

    // What cannot be helped over a wire is at least said to whoever looks.
    private static void Refuse(int line, string reason)
    {
        while (true)
        {
            Say(line, reason);
            Thread.Sleep(RefusalPeriodMs);
        }
    }

    private static void Say(int line, string detail)
    {
        Console.WriteLine(BootLine.Text(line, detail));
        if (_serial != null)
        {
            _serial.Say(line, detail);
        }
    }

    // As urgent as a capture, and done at once: a loop that runs in circles at the highest priority must not keep it from looking.
    private static void Watch()
    {
        Thread.CurrentThread.Priority = ThreadPriority.Highest;
        while (true)
        {
            long nowMs = _clock.UptimeMs();
            int loop = _node.Supervisor.Loops.Step(nowMs);
            if (loop >= 0)
            {
                // Not on the technician's port: whoever holds it may be the one who stands still.
                Console.WriteLine(BootLine.Text(BootLine.Stalled, loop == LoopWatch.Measure ? "measure" : "talk"));
            }

            _node.StepWatch(nowMs);
            Thread.Sleep(WatchPeriodMs);
        }
    }

    private static void Serve()
    {
        while (true)
        {
            long next;
            try
            {
                next = _serial.Step(_clock.UptimeMs(), _node.IsConnected, _node.LinkFault);
            }
            catch (Exception)
            {
                next = _clock.UptimeMs() + AfterFailureMs;
            }

            SleepUntil(next);
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
