using System.Globalization;
using BenchmarkDotNet.Running;
using Broker.Benchmarks;

if (args is ["login-times", ..])
{
    await LoginTimes.RunAsync(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 2000).ConfigureAwait(false);
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
