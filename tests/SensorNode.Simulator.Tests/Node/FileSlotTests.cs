using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.Tests.SensorNode.Simulator.Node;

/// <summary>After a power cut at any byte, the slot is either whole or seen to be damaged.</summary>
public sealed class FileSlotTests
{
    private static readonly byte[] Content = [1, 2, 3, 4, 5, 6, 7, 8, 9];

    [Test]
    public void WhatIsWrappedIsUnwrapped()
    {
        byte[] slot = FileSlot.Wrap(77, Content);
        Assert.That(FileSlot.Sequence(slot), Is.EqualTo(77));
        Assert.That(FileSlot.Unwrap(slot), Is.EqualTo(Content));
        Assert.That(FileSlot.Sequence(FileSlot.Wrap(1, [])), Is.EqualTo(1));
    }

    [Test]
    public void EveryCutAndEveryFlippedBitIsSeen()
    {
        byte[] slot = FileSlot.Wrap(77, Content);
        for (int length = 0; length < slot.Length; length++)
        {
            Assert.That(FileSlot.Sequence(slot[..length]), Is.Zero, $"cut at {length}");
        }

        for (int bit = 0; bit < slot.Length * 8; bit++)
        {
            byte[] flipped = (byte[])slot.Clone();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.That(FileSlot.Sequence(flipped), Is.Zero, $"bit {bit}");
        }

        Assert.That(FileSlot.Sequence(null), Is.Zero);
    }

    [Test]
    public void TheCheckIsCrc32()
    {
        // CRC-32 of "123456789" is the check value of the standard; here the header stands before it, so compare with an independent sum.
        byte[] slot = FileSlot.Wrap(1, "123456789"u8.ToArray());
        byte[] summed = [.. slot[..12], .. slot[16..]];
        Assert.That(BitConverter.ToUInt32(slot, 12), Is.EqualTo(Crc32(summed)));
        Assert.That(Crc32("123456789"u8.ToArray()), Is.EqualTo(0xCBF43926));
    }

    private static uint Crc32(byte[] bytes)
    {
        uint[] table = Enumerable.Range(0, 256)
            .Select(index => Enumerable.Range(0, 8).Aggregate((uint)index, (value, _) => (value & 1) == 1 ? (value >> 1) ^ 0xEDB88320 : value >> 1))
            .ToArray();
        return ~bytes.Aggregate(0xFFFFFFFF, (crc, value) => table[(crc ^ value) & 0xFF] ^ (crc >> 8));
    }
}
