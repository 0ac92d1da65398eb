using DeviceTwin.Tests.SensorNode.Gate.Firmware;
using Mono.Cecil;

namespace DeviceTwin.Tests.SensorNode.Gate.References;

/// <summary>What the emitter writes is what a compiler would find in the released packages.</summary>
public sealed class ReferenceAssembliesTests
{
    [Test]
    public void There_is_an_image_for_every_assembly_of_the_list()
    {
        Assert.That(ReferenceAssemblies.Images.Keys, Is.EquivalentTo(ReferenceAssemblies.List.Select(assembly => assembly.Name)));
    }

    [Test]
    public void Names_versions_keys_and_references_are_those_of_the_list()
    {
        foreach (var assembly in ReferenceAssemblies.List)
        {
            using var image = Read(assembly.Name);

            Assert.That(image.Name.Name, Is.EqualTo(assembly.Name));
            Assert.That(image.Name.Version, Is.EqualTo(assembly.Version), assembly.Name);
            Assert.That(image.Name.PublicKey ?? [], Is.EqualTo(assembly.PublicKey), assembly.Name);
            Assert.That(image.MainModule.AssemblyReferences.Select(name => name.Name), Is.SubsetOf(assembly.References), assembly.Name);
        }
    }

    [Test]
    public void The_key_is_the_one_of_the_released_packages()
    {
        using var image = Read("mscorlib");

        Assert.That(Convert.ToHexStringLower(image.Name.PublicKeyToken), Is.EqualTo("c07d481e9758c731"));
    }

    [Test]
    public void The_core_library_refers_to_nothing_and_writes_its_primitives_as_such()
    {
        using var image = Read("mscorlib");

        Assert.That(image.MainModule.AssemblyReferences, Is.Empty);
        Assert.That(image.MainModule.GetType("System.Int32").IsValueType, Is.True);
        Assert.That(image.MainModule.GetType("System.String").Properties.Single(property => property.Name == "Length").PropertyType.MetadataType,
            Is.EqualTo(MetadataType.Int32));
    }

    [Test]
    public void Every_type_but_the_generic_ones_is_there()
    {
        var left = new List<string>();
        foreach (var assembly in ReferenceAssemblies.List)
        {
            using var image = Read(assembly.Name);
            left.AddRange(assembly.Types.Select(type => type.Name).Where(name => image.MainModule.GetType(name) is null));
        }

        Assert.That(left, Is.EquivalentTo(new[]
        {
            "System.Action`1", "System.Action`2", "System.EventHandler`1", "System.Func`1", "System.Func`2", "System.Func`3",
        }));
    }

    [Test]
    public void The_compiler_accepts_all_of_them_at_once()
    {
        var compiled = GateCompiler.Compile(
            [
                new SourceFile("SensorNode/Boards/Esp32/Everything.cs", """
                    namespace DeviceTwin.SensorNode.Boards.Esp32;

                    using System;
                    using System.Collections;
                    using System.Device.Gpio;
                    using System.Device.I2c;
                    using System.Device.Spi;
                    using System.IO;
                    using System.Text;
                    using System.Threading;
                    using nanoFramework.M2Mqtt;
                    using nanoFramework.M2Mqtt.Messages;

                    public ref struct View
                    {
                        public SpanByte Bytes;
                    }

                    public class Everything
                    {
                        private static readonly float[] Table = { 0.5f, 1.5f, 2.5f };
                        private readonly ArrayList items = new ArrayList();
                        private event EventHandler Changed;

                        public string Text(int n, string s = "x") => $"{n}: {s}" + Table[n & 1];

                        public object First => items[0];

                        public void Drain(SpiDevice spi, I2cDevice i2c, GpioPin pin, Stream stream)
                        {
                            SpanByte buffer = new byte[7];
                            spi.Read(buffer);
                            i2c.WriteByte(1);
                            pin.Write(PinValue.High);
                            foreach (object item in items)
                            {
                                stream.WriteByte((byte)item.GetHashCode());
                            }

                            lock (items)
                            {
                                Changed?.Invoke(this, EventArgs.Empty);
                            }

                            try
                            {
                                Thread.Sleep(TimeSpan.FromMilliseconds(5));
                                new MqttClient("host").Publish("topic", Encoding.UTF8.GetBytes("x"), null, null, MqttQoSLevel.AtLeastOnce, false);
                            }
                            catch (Exception exception) when (exception.Message != null)
                            {
                                throw;
                            }
                        }
                    }
                    """),
            ],
            ReferenceAssemblies.List.Select(assembly => assembly.Name));

        Assert.That(compiled.Diagnostics, Is.Empty);
        Assert.That(compiled.Assembly!.UsedAssemblies, Does.Contain("mscorlib").And.Contain("System.Device.Spi").And.Contain("nanoFramework.M2Mqtt"));
    }

    private static AssemblyDefinition Read(string name) => AssemblyDefinition.ReadAssembly(new MemoryStream([.. ReferenceAssemblies.Images[name]]));
}
