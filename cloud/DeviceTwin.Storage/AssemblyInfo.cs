using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("DeviceTwin.Storage.Tests")]
