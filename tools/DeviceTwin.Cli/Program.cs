using System.Text;
using DeviceTwin.Cli;

if (OperatingSystem.IsWindows())
{
    // Data is UTF-8 everywhere, also where it is piped; consoles there have another alphabet unless told.
    Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
}

return CommandRunner.Run(args);
