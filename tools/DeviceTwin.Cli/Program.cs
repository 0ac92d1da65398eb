using DeviceTwin.Cli;

return await CommandRunner.RunAsync(DtwinCommand.Create(), args);
