using DeviceTwin.Tests.SensorNode.Gate.Firmware;

namespace DeviceTwin.Tests.SensorNode.Gate;

/// <summary>Snippets that each break one rule. They are the rules' documentation: what is caught, in code.</summary>
internal static class RuleCases
{
    /// <summary>One test case per snippet: code of the rule, file that the snippet stands for, source.</summary>
    public static IEnumerable<TestCaseData> All()
    {
        // The compilation.
        yield return Case("GATE001", "a member that nanoFramework lacks", Rooms.Link,
            "string F(string[] a) { return string.Join(\",\", a); }");
        yield return Case("GATE001", "an overload that nanoFramework lacks", Rooms.Link,
            "bool F(string a) { return a.StartsWith(\"x\", true, null); }");
        yield return Case("GATE001", "a generic delegate", Rooms.Link, "System.Action<int> changed = null; object F() { return changed; }");
        yield return Case("GATE001", "a warning", Rooms.Link, "void F() { int unused; }");
        yield return Case("GATE001", "C# 11 syntax", Rooms.Link, "string F() { return \"\"\"raw\"\"\"; }");
        yield return File("GATE002", "a namespace that is not the room", "SensorNode/Signal/Case.cs",
            "namespace DeviceTwin.SensorNode.Detection; public class Case { }");
        yield return File("GATE002", "no namespace", "SensorNode/Signal/Case.cs", "public class Case { }");
        yield return File("GATE003", "#if", "SensorNode/Link/Case.cs",
            "namespace DeviceTwin.SensorNode.Link;\n#if DEBUG\npublic class Case { }\n#endif");
        yield return Case("GATE010", "a nullable value", Rooms.Link, "int? limit; object F() { return limit; }");
        yield return Case("GATE011", "a span", Rooms.Link, "int F(byte[] a) { System.Span<byte> s = a; return s.Length; }");
        yield return Case("GATE012", "an async method", Rooms.Link, "async System.Threading.Tasks.Task F() { await F(); }");
        yield return Case("GATE013", "an iterator", Rooms.Link, "System.Collections.IEnumerable F() { yield return null; }");
        yield return Case("GATE014", "a volatile field", Rooms.Link, "volatile bool stop; bool F() { stop = true; return stop; }");
        yield return Case("GATE015", "a tuple", Rooms.Link, "int F() { (int a, int b) t = (1, 2); return t.a; }");
        yield return Case("GATE015", "a range", Rooms.Link, "string F(string s) { return s[1..]; }");
        yield return Case("GATE015", "decimal", Rooms.Link, "decimal F(decimal d) { return d; }");
        yield return Case("GATE015", "a generic collection", Rooms.Link,
            "object F() { return new System.Collections.Generic.List<int>(); }");
        yield return Case("GATE015", "LINQ", Rooms.Link, "object F(int[] a) { return System.Linq.Enumerable.ToArray(a); }");
        yield return Case("GATE015", "a record", Rooms.Link, "record R(int A);");
        yield return Case("GATE016", "unsafe code", Rooms.Link, "unsafe byte F(byte[] a) { fixed (byte* p = a) { return *p; } }");

        // The runtime.
        yield return Case("GATE101", "a generic class", Rooms.Link, "public class Box<T> { public T Value; }");
        yield return Case("GATE101", "a generic method and its call", Rooms.Link,
            "static T Id<T>(T x) { return x; } int F() { return Id(4); }");
        yield return Case("GATE102", "a multi-dimensional array", Rooms.Link, "int F() { int[,] a = new int[2, 2]; return a[0, 1]; }");
        yield return Case("GATE102", "a multi-dimensional array in a signature", Rooms.Link,
            "object F(float[][,] table) { return table; }");
        yield return Unsafe("GATE103", "a pointer", "unsafe int F(int* p) { return p[1]; }");
        yield return Unsafe("GATE103", "stackalloc", "unsafe int F(int n) { int* p = stackalloc int[n]; return *p; }", "GATE107");
        yield return Case("GATE104", "a default interface method", Rooms.Link, "interface I { int A(); int B() { return A() + 1; } }");
        yield return Case("GATE104", "a static interface method", Rooms.Link, "interface I { static int B() { return 1; } }");
        yield return Case("GATE105", "256 locals", Rooms.Link, ManyLocals(256));
        yield return Case("GATE105", "256 parameters", Rooms.Link, $"static int F({Many(256, n => $"int p{n}")}) {{ return p0; }}");
        yield return Case("GATE105", "256 stack slots", Rooms.Link,
            $"int F(int x) {{ return {string.Concat(Enumerable.Repeat("x * (x + ", 130))}x{new string(')', 130)}; }}");
        yield return Case("GATE106", "more than 32 KB of IL", Rooms.Link,
            $"int F(int x) {{ {string.Concat(Enumerable.Repeat("x = x * 3 + 1000; ", 4000))} return x; }}");
        yield return Case("GATE107", "checked addition", Rooms.Link, "int F(int a, int b) { return checked(a + b); }");
        yield return Case("GATE107", "checked conversion", Rooms.Link, "byte F(int a) { return checked((byte)a); }");
        yield return Case("GATE109", "a field that is shifted as an int", Rooms.Signal, "uint state = 1; int F(int n) { int x = (int)state >> n; return x; }");
        yield return Case("GATE109", "an element that is shifted as an int", Rooms.Twin, "int F(uint[] a) { int x = (int)a[0] >> 4; return x; }");
        yield return Case("GATE109", "a parameter that is shifted as an int", Rooms.Link, "int F(uint a) { int x = ((int)a + 1) >> 4; return x; }");
        yield return Case("GATE109", "a ulong that is shifted as a long", Rooms.Link, "long F(ulong a) { long x = (long)a >> 4; return x; }");
        yield return Case("GATE109", "a widened difference", Rooms.Link, "long F(uint[] a) { long x = ((long)a[0] - 5) >> 1; return x; }");
        yield return Case("GATE109", "a local that the compiler saves", Rooms.Link, "int F(uint a) { int x = (int)a; int y = x >> 4; return y; }");
        yield return Case("GATE109", "a remainder", Rooms.Detection, "int F(uint a) { int x = (int)a % 10; return x; }");
        yield return Case("GATE109", "a uint that is widened as an int", Rooms.Link, "long F(uint a) { return (int)a; }");
        yield return Case("GATE109", "a uint that becomes a float as an int", Rooms.Signal, "float F(uint a) { return (int)a; }");
        yield return Case("GATE109", "a difference of a value without a sign bit", Rooms.Link, "int F(uint a) { int x = ((int)(a >> 8) - 1000) >> 2; return x; }");
        yield return Case("GATE109", "one of two ways", Rooms.Link, "int F(uint a, int b, bool c) { int x = (c ? (int)a : b) >> 4; return x; }");
        yield return Case("GATE109", "an argument", Rooms.Link, "static int G(int x) { return (x - 5) >> 1; } int F(uint a) { return G((int)(a >> 8)); }");
        yield return Case("GATE109", "an argument of a constructor", Rooms.Link,
            "public class Box { public Box(long x) { } } object F(ulong a) { return new Box((long)a); }");
        yield return Case("GATE109", "a returned value", Rooms.Link, "uint hash = 1; int F() { return (int)~hash; }");
        yield return Case("GATE109", "an enum", Rooms.Link, "enum E : uint { A } int F(E a) { int x = (int)a >> 4; return x; }");

        // Exactness.
        yield return Case("GATE201", "a double literal", Rooms.Signal, "bool F(float x) { return x > 0.1; }");
        yield return Case("GATE201", "a double field", Rooms.Detection, "public double Limit;");
        yield return Case("GATE201", "a double parameter", Rooms.Twin, "void F(double x) { }");
        yield return Case("GATE201", "a double array", Rooms.Signal, "object F() { return new double[4]; }");
        yield return Case("GATE201", "a float widened", Rooms.Signal, "bool F(float x, int n) { return (double)x * n > 1.5; }");
        yield return Case("GATE202", "float division", Rooms.Signal, "float F(float a, float b) { return a / b; }");
        yield return Case("GATE202", "division by a constant", Rooms.Detection, "float F(int[] a) { return (float)a[0] / 3f; }");
        yield return Case("GATE202", "division behind a branch", Rooms.Signal,
            "float F(float a, bool b) { return (b ? a : 2f * a) / 3f; }");
        yield return Case("GATE202", "division of a field by an element", Rooms.Signal,
            "float sum = 1f; float F(float[] w) { sum /= w[0]; return sum; }");
        yield return Case("GATE202", "float remainder", Rooms.Signal, "float F(float a) { return a % 3f; }");
        yield return File(
            "GATE202", "float remainder even in Division", "SensorNode/Signal/Division.cs",
            "namespace DeviceTwin.SensorNode.Signal; public static class Division { public static float F(float a) { return a % 3f; } }");
        yield return Case("GATE203", "a cast to int", Rooms.Signal, "int F(float x) { return (int)x; }");
        yield return Case("GATE203", "a cast of a product to short", Rooms.Signal,
            "short F(float[] x, int n) { return (short)(x[0] * n); }");
        yield return Case("GATE203", "a cast of a call's result to long", Rooms.Twin,
            "float G() { return 1f; } long F() { return (long)G(); }");
        yield return Case("GATE204", "System.Math", Rooms.Signal, "int F(int x) { return System.Math.Abs(x); }");
        yield return Case("GATE204", "Random", Rooms.Detection, "int F() { return new System.Random(7).Next(); }");
        yield return Case("GATE204", "Convert", Rooms.Twin, "int F(string s) { return System.Convert.ToInt32(s); }");
        yield return Case("GATE205", "ToString of an integer", Rooms.Twin, "string F(int x) { return x.ToString(); }");
        yield return Case("GATE205", "interpolation", Rooms.Twin, "string F(int x) { return $\"{x} um/s\"; }");
        yield return Case("GATE205", "concatenation with a number", Rooms.Twin, "string F(long x) { return \"t\" + x; }");
        yield return Case("GATE205", "StringBuilder.Append of a number", Rooms.Twin,
            "void F(System.Text.StringBuilder b, int x) { b.Append(x); }");
        yield return Case("GATE205", "Parse", Rooms.Twin, "int F(string s) { return int.Parse(s); }");
        yield return Case("GATE207", "a table filled by code", Rooms.Signal,
            "static readonly float[] Table = Make(); static float[] Make() { return new float[4]; } float F() { return Table[0]; }");
        yield return Case("GATE207", "a static constructor with a loop", Rooms.Signal,
            "static readonly int[] Table = new int[8]; static Case() { for (int i = 0; i < 8; i++) Table[i] = i; } int F() { return Table[0]; }");
        yield return Case("GATE207", "a shared object", Rooms.Detection,
            "static readonly Case One = new Case(); object F() { return One; }");
        yield return Case("GATE208", "a static counter", Rooms.Detection, "static int count; int F() { return ++count; }");
        yield return Case("GATE209", "uint to float", Rooms.Signal, "float F(uint x) { return x; }");
        yield return Case("GATE210", "long to float", Rooms.Signal, "float F(long x) { return x; }");
        yield return Case("GATE210", "a sum of squares to float", Rooms.Detection, "float F(short[] x) { long sum = 0; sum += (long)x[0] * x[0]; return 0.5f * sum; }");

        // Rooms.
        yield return Case("GATE301", "SpiDevice.Create", Rooms.Acquisition,
            "object F() { return System.Device.Spi.SpiDevice.Create(new System.Device.Spi.SpiConnectionSettings(1)); }");
        yield return Case("GATE301", "I2cDevice.Create", Rooms.Acquisition,
            "object F(System.Device.I2c.I2cConnectionSettings s) { return System.Device.I2c.I2cDevice.Create(s); }");
        yield return Case("GATE301", "new GpioController", Rooms.Supervision,
            "object F() { return new System.Device.Gpio.GpioController(); }");
        yield return Case("GATE301", "a file", Rooms.Provisioning, "bool F() { return System.IO.File.Exists(\"I:\\\\settings\"); }");
        yield return Case("GATE301", "an MQTT client", Rooms.Link, "object F() { return new nanoFramework.M2Mqtt.MqttClient(\"hub\"); }");
        yield return File("GATE301", "a factory in the root", "SensorNode/Node.cs",
            "namespace DeviceTwin.SensorNode; public class Node { public void F() { nanoFramework.Runtime.Native.Power.RebootDevice(); } }");
        yield return Case("GATE302", "a thread", Rooms.Link, "void F() { new System.Threading.Thread(F).Start(); }");
        yield return Case("GATE302", "sleeping", Rooms.Boards, "void F() { System.Threading.Thread.Sleep(1); }");
        yield return Case("GATE302", "a timer", Rooms.Supervision, "object F() { return new System.Threading.Timer(null, null, 0, 1); }");
        yield return Case("GATE302", "waiting", Rooms.Twin, "void F(System.Threading.ManualResetEvent e) { e.WaitOne(); }");
        yield return Case("GATE303", "DateTime.UtcNow", Rooms.Link, "long F() { return System.DateTime.UtcNow.Ticks; }");
        yield return Case("GATE303", "Environment.TickCount64", Rooms.Signal, "long F() { return System.Environment.TickCount64; }");
        yield return Case("GATE303", "a stopwatch", Rooms.Acquisition,
            "long F(System.Diagnostics.Stopwatch w) { return w.ElapsedMilliseconds; }");
        yield return Case("GATE304", "Random", Rooms.Link, "int F(int seed) { return new System.Random(seed).Next(); }");
        yield return Case("GATE304", "a new Guid", Rooms.Provisioning,
            "object F() { System.Guid g = System.Guid.NewGuid(); return g.ToByteArray(); }");

        // Both worlds.
        yield return Case("GATE401", "AttributeTargets.All", Rooms.Link,
            "[System.AttributeUsage(System.AttributeTargets.All)] class A : System.Attribute { }");
        yield return Case("GATE401", "DictionaryEntry", Rooms.Link,
            "object F(object o) { return ((System.Collections.DictionaryEntry)o).Key; }");
        yield return Case("GATE401", "BitConverter.IsLittleEndian", Rooms.Link, "bool F() { return System.BitConverter.IsLittleEndian; }");
        yield return Case("GATE401", "the order of a Hashtable", Rooms.Link,
            "int F(System.Collections.Hashtable t) { int n = 0; foreach (object k in t.Keys) { n += k == null ? 1 : 2; } return n; }");
        yield return Case("GATE401", "a string's hash code", Rooms.Link, "int F(string s) { return s.GetHashCode(); }");
        yield return Case("GATE401", "comparison by culture", Rooms.Link, "bool F(string s) { return s.StartsWith(\"$iothub\"); }");
        yield return Case("GATE401", "System.Math in double", Rooms.Acquisition, "double F(double x) { return System.Math.Sqrt(x); }");
        yield return Case("GATE401", "a parsed float", Rooms.Provisioning, "float F(string s) { return float.Parse(s); }");
        yield return Case("GATE401", "a line end", Rooms.Provisioning, "void F(System.Text.StringBuilder b) { b.AppendLine(); }");
        yield return Case("GATE402", "ToString of an enum", Rooms.Link, "enum E { A } string F() { E e = E.A; return e.ToString(); }");
        yield return Case("GATE402", "an enum in an interpolation", Rooms.Twin,
            "enum E { A } string F(E e) { return $\"{e}\"; }", "GATE205");
        yield return Case("GATE402", "a float in a text", Rooms.Supervision, "string F(float x) { return \"level \" + x; }");
        yield return Case("GATE402", "an appended float", Rooms.Supervision,
            "void F(System.Text.StringBuilder b, float x) { b.Append(x); }");
    }

    /// <summary>Snippets near a rule that break none.</summary>
    public static IEnumerable<TestCaseData> Allowed()
    {
        yield return Good("integer division", Rooms.Signal, "int F(int a, int b) { return a / b % 7; }");
        yield return Good("integer conversions", Rooms.Signal, "short F(long a) { return (short)(int)(a >> 3); }");
        yield return Good("shift by a variable: the compiler masks it", Rooms.Signal,
            "int F(int a, int n) { return a << n; } long G(long a, int n) { return a >> n; }");
        yield return Good("an unsigned value by its own sign", Rooms.Signal, "uint F(uint a, ulong b) { return (a >> 3) % 7 / 2 + (uint)(b >> 5); }");
        yield return Good("an unsigned value that is stored as an int", Rooms.Signal,
            "uint state = 1; int kept; int F(int[] a) { a[0] = (int)state; kept = (int)state; int x = (int)state; return (x >> 2) + (x >> 1) + (a[0] >> 1) + (kept >> 3); }");
        yield return Good("an unsigned value through another width", Rooms.Signal,
            "int F(uint a) { return ((int)(long)a >> 4) + ((short)(a >> 16) >> 2) + ((byte)a << 24 >> 3); }");
        yield return Good("an unsigned value without a sign bit", Rooms.Signal,
            "void F(uint a, uint b, int[] to) { to[0] = (int)(a >> 8) >> 2; to[1] = (int)(b & 1023) % 10; to[2] = (int)((long)(int)(a >> 1) >> 4); }");
        yield return Good("a small type", Rooms.Signal, "int F(byte a, ushort[] b, char c) { return (a << 24 >> 4) + (b[0] << 16 >> 4) + (c << 16 >> 2); }");
        yield return Good("comparisons of both signs", Rooms.Signal, "bool F(uint a, int b) { return (int)a < b && (uint)b > a; }");
        yield return Good("int to float", Rooms.Signal, "float F(int a, short b) { return a + (float)b; }");
        yield return Good("a loop over floats with every kind of branch", Rooms.Signal,
            """
            float F(float[] a, int n)
            {
                float best = -1f;
                for (int i = 0; i < n; i++)
                {
                    switch (i & 3)
                    {
                        case 0: best = a[i] > best ? a[i] : best; break;
                        case 1: continue;
                        default: best += i; break;
                    }
                }

                try { return best; }
                catch (System.Exception e) when (e.Message == null) { return 0f; }
                finally { a[0] = 0f; }
            }
            """);
        yield return Good("literal tables", Rooms.Signal,
            """
            static readonly float[] Window = { 0.1f, 0.2f, 0.3f, 0.4f };
            static readonly int[][] Plan = { new int[] { 1, 2, 3, 4, 5 }, new int[] { 3 } };
            static readonly string[] Words = { "normal", "high" };
            static readonly long Big = 5L;
            float F(int i) { return Window[i] + Plan[0][1] + Words.Length + (int)Big; }
            """);
        yield return File("", "division in Division", "SensorNode/Signal/Division.cs",
            "namespace DeviceTwin.SensorNode.Signal; public static class Division { public static float F(float a, float b) { return a / b; } }");
        yield return File("", "rounding in Rounding", "SensorNode/Signal/Rounding.cs",
            "namespace DeviceTwin.SensorNode.Signal; public static class Rounding { public static int F(float a) { return (int)a; } }");
        yield return File("", "the namespace of a room below its folder", "SensorNode/Twin/Model/Case.cs",
            "namespace DeviceTwin.SensorNode.Twin; public class Case { }");
        yield return Good("numbers to text outside the exact rooms", Rooms.Link, "string F(int x) { return $\"seq={x}\" + x; }");
        yield return Good("a lock", Rooms.Link, "readonly object gate = new object(); int n; int F() { lock (gate) { return ++n; } }");
        yield return Good("a bus that is handed in", Rooms.Acquisition,
            "void F(System.Device.Spi.SpiDevice d, byte[] b) { d.TransferFullDuplex(b, b); }");
        yield return Good("a factory on a board", Rooms.Boards,
            "object F(System.Device.I2c.I2cConnectionSettings s) { return System.Device.I2c.I2cDevice.Create(s); }");
        yield return Good("threads, clocks and files below the platform interfaces", Rooms.Esp32,
            "long F() { System.Threading.Thread.Sleep(1); System.IO.File.Delete(\"I:\\\\x\"); return System.DateTime.UtcNow.Ticks; }");
        yield return File("", "the composition root", "SensorNode/Program.cs",
            "namespace DeviceTwin.SensorNode; public static class Program { public static void Main() { new System.Threading.Thread(Main).Start(); } }");
    }

    private static TestCaseData Case(string code, string title, string room, string members, params string[] alsoExpected) =>
        File(code, title, $"SensorNode/{room}/Case.cs", Wrap(room, members), alsoExpected);

    private static TestCaseData Unsafe(string code, string title, string members, params string[] alsoExpected) =>
        new TestCaseData(alsoExpected.Prepend(code).ToArray(), "SensorNode/Link/Case.cs", Wrap(Rooms.Link, members), true).SetArgDisplayNames(code, title);

    private static TestCaseData Good(string title, string room, string members) => File("", title, $"SensorNode/{room}/Case.cs", Wrap(room, members));

    private static TestCaseData File(string code, string title, string path, string source, params string[] alsoExpected) =>
        new TestCaseData(alsoExpected.Prepend(code).ToArray(), path, source, false).SetArgDisplayNames(code, title);

    private static string Wrap(string room, string members) => $"namespace {Rooms.Namespace(room)}; public class Case {{ {members} }}";

    private static string ManyLocals(int count) =>
        $$"""
        int N() { return 1; }
        int F()
        {
            {{Many(count, n => $"int l{n} = N();", " ")}}
            return {{Many(count, n => $"l{n}", " + ")}} + {{Many(count, n => $"l{n}", " + ")}};
        }
        """;

    private static string Many(int count, Func<int, string> item, string separator = ", ") => string.Join(separator, Enumerable.Range(0, count).Select(item));
}
