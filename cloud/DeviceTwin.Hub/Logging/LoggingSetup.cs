using DeviceTwin.Hub.Options;
using Microsoft.Extensions.Logging.Console;

namespace DeviceTwin.Hub.Logging;

/// <summary>Logs go to standard error, one line each, and the last of them stay in memory: standard output belongs to the ready line.</summary>
internal static class LoggingSetup
{
    public static void UseHubLogging(this ILoggingBuilder logging, HubOptions options)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(options.LogLevel);

        // The framework reports every request and circuit; the hub reports what it refuses.
        logging.AddFilter("Microsoft", options.LogLevel > LogLevel.Warning ? options.LogLevel : LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);

        // It warns that page keys lie unencrypted on disk: the folder is their protection, as it is the other keys'.
        logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);

        // Failures to start are told in one sentence by Program.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        if (options.LogFormat == LogFormat.Json)
        {
            logging.AddJsonConsole(format =>
            {
                format.UseUtcTimestamp = true;
                format.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
            });
        }
        else
        {
            logging.AddSimpleConsole(format =>
            {
                format.SingleLine = true;
                format.UseUtcTimestamp = true;
                format.TimestampFormat = "HH:mm:ss.fff ";
                format.ColorBehavior = LoggerColorBehavior.Disabled;
            });
        }

        logging.Services.AddSingleton(services => new LogRing(services.GetService<TimeProvider>() ?? TimeProvider.System));
        logging.Services.AddSingleton<ILoggerProvider>(services => services.GetRequiredService<LogRing>());
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
