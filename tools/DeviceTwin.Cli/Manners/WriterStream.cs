using System.Text;

namespace DeviceTwin.Cli;

/// <summary>Bytes of UTF-8 on their way to a writer of text, such as standard output, piece by piece.</summary>
internal sealed class WriterStream(TextWriter writer) : Stream
{
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> bytes)
    {
        // A character may be cut in two: the decoder keeps its beginning.
        var characters = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
        writer.Write(characters, 0, decoder.GetChars(bytes, characters, flush: false));
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => writer.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
