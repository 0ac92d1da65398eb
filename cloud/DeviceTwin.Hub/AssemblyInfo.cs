using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("DeviceTwin.Hub.Tests")]
