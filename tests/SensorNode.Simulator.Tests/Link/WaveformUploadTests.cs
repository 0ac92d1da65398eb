using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Tests.SensorNode.Simulator.Link;

/// <summary>A waveform reaches the hub whole, through lost connections, behind everything else; and makes place where it must.</summary>
public sealed class WaveformUploadTests
{
    [Test]
    public void AWaveformArrivesToTheLastBitAndIsForgotten()
    {
        var scene = new Scene(9000);
        scene.Run();
        Assert.That(scene.Hub.Content, Is.EqualTo(scene.Bytes));
        Assert.That(scene.Hub.Pieces, Is.EqualTo(new[] { 0, 4096, 8192, 12288, 16384 }));
        Assert.That(scene.Hub.Questions, Is.EqualTo(2), "where to begin, and whether it is whole");
        Assert.That((scene.Upload.Completed, scene.Upload.Refused, scene.Shelf.Abandoned), Is.EqualTo((1, 0, 0)));
        Assert.That(scene.Shelf.Look(), Is.Null);
        Assert.That(scene.Upload.BytesConfirmed, Is.LessThan(scene.Bytes.Length));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(5)]
    [TestCase(6)]
    public void AfterALostConnectionItGoesOnWhereTheHubIs(int lostAfter)
    {
        var scene = new Scene(9000);
        for (int messages = 0; messages < lostAfter; messages++)
        {
            scene.Exchange();
        }

        // The hub has the next message, or not; nobody knows.
        scene.Await();
        if (lostAfter % 2 == 0)
        {
            scene.Hub.Take(scene.Outbox.Peek());
        }

        scene.Outbox.Release();
        scene.Run();
        Assert.That(scene.Hub.Content, Is.EqualTo(scene.Bytes));
        Assert.That(scene.Hub.Pieces.Count, Is.EqualTo(5), "no piece is sent twice");
        Assert.That(scene.Upload.Completed, Is.EqualTo(1));
    }

    [Test]
    public void EverythingElseGoesFirst()
    {
        var scene = new Scene(9000);
        scene.Exchange();
        scene.Await();
        scene.Outbox.Release();
        scene.Outbox.Offer(new TelemetryMessage("spectrum", [1], TelemetryMessage.Low, "1-a", 1));
        Assert.That(scene.Outbox.Peek().Kind, Is.EqualTo("spectrum"));
        scene.Outbox.Confirm();
        scene.Run();
        Assert.That(scene.Hub.Content, Is.EqualTo(scene.Bytes));
    }

    [Test]
    public void ALentBufferIsGivenBackAtOnceAndTheLossIsCounted()
    {
        var scene = new Scene(9000, capacity: 0);
        scene.Exchange();
        scene.Exchange();
        scene.Await();
        scene.Shelf.Reclaim();
        Assert.That(scene.Upload.Step(scene.NowMs, true), Is.False);
        scene.Outbox.Confirm();
        Assert.That(scene.Outbox.Peek(), Is.Null);
        Assert.That((scene.Shelf.Abandoned, scene.Upload.Completed), Is.EqualTo((1, 0)));
        scene.Offer(5000);
        scene.Run();
        Assert.That(scene.Upload.Completed, Is.EqualTo(1));
        Assert.That(scene.Hub.Content, Is.EqualTo(scene.Bytes));
    }

    [Test]
    public void ACopyOutlivesTheNextCaptureUntilThatOneIsWorthSending()
    {
        var scene = new Scene(9000);
        scene.Exchange();
        byte[] first = scene.Bytes;
        scene.Shelf.Reclaim();
        scene.Shelf.Offer(Scene.Make(4000, 9), "1-a", false);
        Assert.That(scene.Shelf.Abandoned, Is.Zero);
        scene.Run();
        Assert.That(scene.Hub.Content, Is.EqualTo(first));
        scene.Shelf.Request();
        scene.Shelf.Offer(Scene.Make(4000, 9), "1-a", false);
        Assert.That(scene.Shelf.Look(), Is.Not.Null, "it was asked for");
        scene.Shelf.Offer(Scene.Make(4000, 10), "1-a", true);
        Assert.That(scene.Shelf.Abandoned, Is.EqualTo(1));
        scene.Shelf.Offer(Scene.Make(9001, 10), "1-a", true);
        Assert.That(scene.Shelf.Look().Count, Is.EqualTo(4000), "one that has no room here takes nobody's");
    }

    [Test]
    public void WhatTheHubThrowsAwayBeginsAnewOnce()
    {
        var scene = new Scene(3000) { Hub = { Spoils = true } };
        scene.Run();
        Assert.That(scene.Hub.Pieces, Is.EqualTo(new[] { 0, 4096, 0, 4096 }));
        Assert.That((scene.Upload.Completed, scene.Upload.Refused), Is.EqualTo((0, 1)));
        Assert.That(scene.Shelf.Look(), Is.Null);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void AHubThatAnswersNothingOrRefusesIsNotAskedForEver(bool answers)
    {
        var scene = new Scene(3000) { Hub = { Status = answers ? 400 : 0 } };
        scene.Run();
        Assert.That((scene.Upload.Completed, scene.Upload.Refused, scene.Hub.Questions), Is.EqualTo((0, 1, WaveformUpload.Attempts)));
        Assert.That(scene.NowMs, Is.InRange(WaveformUpload.PatienceMs * 3, WaveformUpload.PatienceMs * 6));
    }

    /// <summary>Outbox, shelf and upload, and a hub that does what the protocol says.</summary>
    private sealed class Scene
    {
        public Scene(int samples, int capacity = 9000)
        {
            Shelf = new WaveformShelf(capacity);
            Upload = new WaveformUpload(Shelf);
            Outbox = new Outbox(4, 1000) { Upload = Upload };
            Offer(samples);
        }

        public WaveformShelf Shelf { get; }

        public WaveformUpload Upload { get; }

        public Outbox Outbox { get; }

        public Hub Hub { get; } = new();

        public byte[] Bytes { get; private set; } = [];

        public long NowMs { get; private set; }

        public static Capture Make(int samples, int seed)
        {
            var random = new Random(seed);
            var capture = new Capture(samples) { Count = samples, SampleRateMilliHertz = 26_667_000, NanoGPerCount = 488_000, Sequence = 7, CoveragePermille = 1000, StartUtcMs = 1_700_000_000_000 };
            for (int index = 0; index < samples; index++)
            {
                capture.Samples[index] = (short)((3000 * Math.Sin(index / 11.0)) + random.Next(-200, 200));
            }

            return capture;
        }

        public void Offer(int samples)
        {
            Capture capture = Make(samples, samples);
            Bytes = MemoryMarshal.AsBytes(capture.Samples.AsSpan(0, samples)).ToArray();
            Hub.Begin(Bytes.Length);
            Shelf.Offer(capture, "1-a", true);
        }

        /// <summary>Steps until there is a message, or nothing more to do.</summary>
        public bool Await()
        {
            for (int step = 0; step < 100_000; step++)
            {
                Outbox.Step(NowMs, true, true);
                Upload.Step(NowMs, true);
                if (Outbox.Peek() is not null)
                {
                    return true;
                }

                if (Shelf.Look() is null)
                {
                    return false;
                }

                NowMs += 10;
            }

            throw new AssertionException("It does not end.");
        }

        public bool Exchange()
        {
            if (!Await())
            {
                return false;
            }

            (string RequestId, byte[] Body)? answer = Hub.Take(Outbox.Peek());

            // The answer may come before the confirmation or behind it.
            bool isFirst = Hub.Questions % 2 == 0;
            if (isFirst)
            {
                Tell(answer);
            }

            Outbox.Confirm();
            if (!isFirst)
            {
                Tell(answer);
            }

            return true;
        }

        public void Run()
        {
            while (Exchange())
            {
            }
        }

        private void Tell((string RequestId, byte[] Body)? answer)
        {
            if (answer is var (requestId, body) && Hub.Status != 0)
            {
                string topic = $"$iothub/twin/res/{Hub.Status}/?$rid={requestId}";
                Assert.That(Upload.IsAnswer(topic + "0"), Is.False);
                Assert.That(Upload.IsAnswer(topic), Is.True);
                Upload.Answered(Hub.Status, body);
            }
        }
    }

    private sealed class Hub
    {
        private readonly SortedSet<int> _have = [];
        private bool _isDiscarded;

        public byte[] Content { get; private set; } = [];

        public List<int> Pieces { get; } = [];

        public int Questions { get; private set; }

        public int Status { get; set; } = 200;

        public bool Spoils { get; set; }

        public void Begin(int length)
        {
            Content = new byte[length];
            _have.Clear();
            _isDiscarded = false;
        }

        public (string RequestId, byte[] Body)? Take(TelemetryMessage message)
        {
            var properties = message.Properties.Split('&').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
            if (message.Payload.Length == 0)
            {
                Questions++;
                return (properties["rid"], Encoding.ASCII.GetBytes(State(properties["sha256"])));
            }

            Assert.That(properties["format"], Is.EqualTo("rice1"));
            Assert.That(int.Parse(properties["length"]), Is.EqualTo(Content.Length));
            int offset = int.Parse(properties["offset"]);
            var samples = new short[int.Parse(properties["size"]) / 2];
            Assert.That(RiceDecoder.Decode(message.Payload, 0, message.Payload.Length, samples, samples.Length, 1), Is.True);
            MemoryMarshal.AsBytes(samples.AsSpan()).CopyTo(Content.AsSpan(offset));
            Pieces.Add(offset);
            _have.Add(offset);
            _isDiscarded = false;
            return null;
        }

        private string State(string sha256)
        {
            int next = 0;
            while (_have.Contains(next))
            {
                next += WaveformUpload.PieceSamples * 2;
            }

            if (next < Content.Length)
            {
                return _isDiscarded ? """{"state":"discarded","next":0,"length":0,"reason":"hashDiffers","ranges":[]}"""
                    : next == 0 ? """{"state":"absent","next":0,"length":0,"ranges":[]}"""
                    : $$"""{"state":"open","next":{{next}},"length":{{Content.Length}},"ranges":[[0,{{next}}]]}""";
            }

            _isDiscarded = Spoils || sha256 != Convert.ToHexStringLower(SHA256.HashData(Content));
            if (_isDiscarded)
            {
                _have.Clear();
            }

            return _isDiscarded
                ? """{"state":"discarded","next":0,"length":0,"reason":"hashDiffers","ranges":[]}"""
                : """{"state":"complete","next":0,"length":0,"ranges":[]}""";
        }
    }
}
