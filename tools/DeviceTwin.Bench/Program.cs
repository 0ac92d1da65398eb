using DeviceTwin.Bench;

return Verbs.Run(args, Console.Out, Console.Error);
