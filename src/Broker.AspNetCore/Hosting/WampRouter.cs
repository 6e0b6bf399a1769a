using Broker.Tracing;
using Microsoft.Extensions.Options;

namespace Broker.Hosting;

/// <summary>
/// The running router of an application, as a service: <c>app.Services.GetRequiredService&lt;WampRouter&gt;()</c>. Thread-safe.
/// </summary>
public sealed class WampRouter
{
    private readonly RouterContext _context;
    private readonly IEnumerable<IValidateOptions<WampRouterOptions>> _checks;
    private readonly Lock _reconfiguring = new();

    internal WampRouter(RouterContext context, IEnumerable<IValidateOptions<WampRouterOptions>> checks)
    {
        _context = context;
        _checks = checks;
    }

    /// <summary>How the router behaves now. Read it, do not change it: <see cref="Reconfigure"/> takes another.</summary>
    public WampRouterOptions Options => _context.Options;

    /// <summary>Forgets what authorizers have answered, so that they are asked again: call it when what somebody may do has changed.</summary>
    public void ForgetDecisions() => _context.Authorizer.Forget();

    /// <summary>The traces that run, the newest first.</summary>
    public IReadOnlyList<WampTraceOptions> Traces => [.. _context.Traces.Running.Select(trace => trace.Options)];

    /// <summary>
    /// Writes the messages of some connections to the log, category <c>Broker.Trace</c>, until the trace is stopped or has told of as much as it may. One of the same subject
    /// and name is replaced. Of a session or connection that is not there no trace is started. Each message costs its sender the time that the log takes.
    /// </summary>
    /// <param name="options">Which, and how much of them.</param>
    /// <returns>How many connections there are at this moment.</returns>
    /// <exception cref="ArgumentException">A number is out of range; the message says which.</exception>
    /// <exception cref="InvalidOperationException">Nothing of it would be logged, or <see cref="WampTraceOptions.MostTraces"/> run.</exception>
    public int StartTrace(WampTraceOptions options) =>
        options.Fault is { } fault ? throw new ArgumentException(fault, nameof(options)) : _context.Traces.Start(options);

    /// <summary>Ends a trace.</summary>
    /// <param name="subject">What it was started by.</param>
    /// <param name="name">The session id, authid or connection.</param>
    /// <returns>False when no such trace runs.</returns>
    public bool StopTrace(TraceSubject subject, string name) => _context.Traces.Stop(subject, name);

    /// <summary>
    /// Replaces the options while the router runs: all of them, or, when one cannot work, none. Origins count from the next handshake on,
    /// the size of messages for new connections, all else at once: realms come and go, sessions lose the
    /// subscriptions and registrations that their role may not hold any more, and end where there is no such role, realm or user (<see
    /// cref="Authentication.IWampAuthenticator.StillAccepts"/>).
    /// </summary>
    /// <param name="options">The new options. The caller does not change them any more.</param>
    /// <exception cref="OptionsValidationException">
    /// The options cannot work, or ask for a change that needs a restart. Nothing has changed.
    /// </exception>
    public void Reconfigure(WampRouterOptions options)
    {
        lock (_reconfiguring)
        {
            var faults = _checks.Select(check => check.Validate(Microsoft.Extensions.Options.Options.DefaultName, options))
                .Where(result => result.Failed)
                .SelectMany(result => result.Failures!)
                .ToList();
            if (faults.Count > 0)
            {
                throw new OptionsValidationException(Microsoft.Extensions.Options.Options.DefaultName, typeof(WampRouterOptions), faults);
            }

            // Options first: who joins a new realm, or an old one by new rules, has been authenticated by what belongs to them.
            _context.Options = options;
            _context.Authorizer.Forget();
            _context.Router.Reconfigure(options.RealmsOrDefault);

            // Again: until now who asked was asked about by the old rules.
            _context.Authorizer.Forget();
            _context.Connections.CheckAcceptance();
            Authentication.Tokens.JwtTickets.ExpireKeySets();
        }
    }
}
