using DeviceTwin.Cli;

return await CommandRunner.RunAsync(args);
