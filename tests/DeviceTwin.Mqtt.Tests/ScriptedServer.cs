using System.Buffers;
using System.IO.Pipelines;
using DeviceTwin.Mqtt;

namespace DeviceTwin.Tests.Mqtt;

/// <summary>The other end of a client's stream, in memory: the test plays the server packet by packet.</summary>
internal sealed class ScriptedServer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Pipe toServer = new(new PipeOptions(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 1));
    private readonly Pipe toClient = new(new PipeOptions(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 1));

    public ScriptedServer() => ClientStream = new DuplexStream(toClient.Reader.AsStream(), toServer.Writer.AsStream());

    public Stream ClientStream { get; }

    /// <summary>Starts a client, takes its CONNECT and accepts it.</summary>
    public async Task<MqttClient> Accept(MqttClientOptions options, bool sessionPresent = false)
    {
        Task<MqttClient> connecting = MqttClient.Connect(ClientStream, options);
        await Expect<MqttConnect>();
        await Send(new MqttConnAck(sessionPresent, MqttConnectReturnCode.Accepted));
        return await connecting.WaitAsync(Patience);
    }

    public async Task Send(MqttPacket packet)
    {
        MqttWriter.Write(toClient.Writer, packet);
        await toClient.Writer.FlushAsync();
    }

    public async Task SendBytes(byte[] bytes) => await toClient.Writer.WriteAsync(bytes);

    /// <summary>The next packet of the client, which has this type.</summary>
    public async Task<T> Expect<T>()
        where T : MqttPacket
    {
        MqttPacket? packet = await Next();
        Assert.That(packet, Is.TypeOf<T>());
        return (T)packet!;
    }

    /// <summary>The next packet of the client; null where it closed the connection.</summary>
    public async Task<MqttPacket?> Next()
    {
        using var late = new CancellationTokenSource(Patience);
        while (true)
        {
            ReadResult result = await toServer.Reader.ReadAsync(late.Token);
            ReadOnlySequence<byte> buffer = result.Buffer;
            MqttReadStatus status = MqttReader.TryRead(ref buffer, Bytes.Rules, out MqttPacket? packet, out MqttError error);
            Assert.That(error.Reason, Is.Empty);
            toServer.Reader.AdvanceTo(buffer.Start, status == MqttReadStatus.Incomplete ? buffer.End : buffer.Start);
            if (packet is not null || result.IsCompleted)
            {
                return packet;
            }
        }
    }

    public void Close() => toClient.Writer.Complete();

    private sealed class DuplexStream(Stream input, Stream output) : Stream
    {
        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => input.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            input.ReadAsync(buffer, cancellationToken);

        public override void Write(byte[] buffer, int offset, int count) => output.Write(buffer, offset, count);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            output.WriteAsync(buffer, cancellationToken);

        public override void Flush() => output.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => output.FlushAsync(cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            output.Dispose();
            input.Dispose();
        }
    }
}
