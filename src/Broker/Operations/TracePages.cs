using System.Globalization;
using System.Net;
using Broker.Configuration.Keys;
using Broker.Hosting;
using Broker.Tracing;
using Microsoft.AspNetCore.Http.Features;

namespace Broker.Operations;

/// <summary>
/// Answers <c>/trace</c>: GET lists the traces that run; <c>PUT /trace/SUBJECT/NAME</c>, with <c>messages</c>, <c>time</c> and <c>payload</c> in the query, starts one, DELETE
/// ends it. Traces can show what users send, so only this machine may use these pages, wherever the listener is open to; and no web page of a browser here: PUT and DELETE
/// need a preflight, which is not answered, and a name that was made to point here (DNS rebinding) is no host of this machine. Who comes through a proxy that says so is from
/// elsewhere, too.
/// </summary>
internal static class TracePages
{
    /// <summary>Where they are.</summary>
    public const string Path = "/trace";

    /// <summary>Answers one request.</summary>
    public static Task AnswerAsync(HttpContext http, WampRouter router)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (http.Connection.RemoteIpAddress is { } address && !IPAddress.IsLoopback(address))
        {
            return RefuseAsync(http, StatusCodes.Status403Forbidden, "Traces are started and listed from the router's own machine only.");
        }

        if (http.Request.Headers.Keys.FirstOrDefault(IsOfProxy) is { } header)
        {
            return RefuseAsync(http, StatusCodes.Status403Forbidden, $"Traces are not started or listed through a proxy, of which the header {header} speaks.");
        }

        if (!IsOfThisMachine(http.Request.Host.Host))
        {
            return RefuseAsync(http, StatusCodes.Status400BadRequest, "Call this page by the listener's address or as localhost.");
        }

        if (http.Request.Path == Path && HealthPages.IsRead(http))
        {
            return ListAsync(http, router);
        }

        if (!TryRead(http, out var subject, out var name))
        {
            return RefuseAsync(
                http, StatusCodes.Status404NotFound, "Traces are at /trace/session/ID, /trace/authid/NAME and /trace/connection/ID; GET /trace lists them.");
        }

        if (HttpMethods.IsPut(http.Request.Method))
        {
            return StartAsync(http, router, subject, name);
        }

        if (HttpMethods.IsDelete(http.Request.Method))
        {
            return router.StopTrace(subject, name)
                ? ListAsync(http, router)
                : RefuseAsync(http, StatusCodes.Status404NotFound, "There is no such trace.");
        }

        http.Response.Headers.Allow = "PUT, DELETE";
        return RefuseAsync(http, StatusCodes.Status405MethodNotAllowed, "PUT starts a trace, DELETE ends it.");
    }

    private static Task StartAsync(HttpContext http, WampRouter router, TraceSubject subject, string name)
    {
        var options = new WampTraceOptions { Subject = subject, Name = name };
        foreach (var (key, values) in http.Request.Query)
        {
            var read = Read(options, key, values.ToString());
            if (read is null)
            {
                return RefuseAsync(
                    http, StatusCodes.Status400BadRequest, $"'{key}' is not understood: a trace takes messages=1000, time=5m and payload=256B.");
            }

            options = read;
        }

        if (options.Fault is { } fault)
        {
            return RefuseAsync(http, StatusCodes.Status400BadRequest, fault);
        }

        try
        {
            var count = router.StartTrace(options);
            return count > 0 || subject == TraceSubject.AuthId
                ? ListAsync(http, router)
                : RefuseAsync(http, StatusCodes.Status404NotFound, $"There is no such {subject.ToString().ToLowerInvariant()}.");
        }
        catch (InvalidOperationException exception)
        {
            return RefuseAsync(http, StatusCodes.Status409Conflict, exception.Message);
        }
    }

    /// <summary>
    /// Takes apart what is behind <see cref="Path"/>, as it was sent: the server leaves a slash that was written as <c>%2F</c>, and then it cannot be told from a name with
    /// these three characters.
    /// </summary>
    private static bool TryRead(HttpContext http, out TraceSubject subject, out string name)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0];
        var start = target.IndexOf(Path + "/", StringComparison.Ordinal);
        var parts = start < 0 ? [] : target[(start + Path.Length + 1)..].Split('/', 2);
        TraceSubject? found = parts is [var kind, { Length: > 0 }]
            ? kind switch
            {
                "session" => TraceSubject.Session,
                "authid" => TraceSubject.AuthId,
                "connection" => TraceSubject.Connection,
                _ => null,
            }
            : null;
        (subject, name) = (found.GetValueOrDefault(), found is null ? "" : Uri.UnescapeDataString(parts[1]));
        return found is not null;
    }

    private static bool IsOfProxy(string header) =>
        header.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
        || header.Equals("Forwarded", StringComparison.OrdinalIgnoreCase)
        || header.Equals("X-Real-IP", StringComparison.OrdinalIgnoreCase)
        || header.Equals("Via", StringComparison.OrdinalIgnoreCase);

    private static WampTraceOptions? Read(WampTraceOptions options, string key, string value) => key switch
    {
        "messages" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) => options with { MaxMessages = count },
        "time" when Duration.TryParse(value) is { } time => options with { MaxTime = time },
        "payload" when ByteSize.TryParse(value) is { Bytes: <= int.MaxValue } size => options with { PayloadBytes = (int)size.Bytes },
        _ => null,
    };

    private static bool IsOfThisMachine(string host) =>
        host.Length == 0 || host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host, out _);

    private static Task ListAsync(HttpContext http, WampRouter router) => WriteAsync(http, new TraceReport([.. router.Traces.Select(TraceEntry.Of)]));

    private static Task RefuseAsync(HttpContext http, int status, string error)
    {
        http.Response.StatusCode = status;
        return WriteAsync(http, new TraceReport([], error));
    }

    private static Task WriteAsync(HttpContext http, TraceReport report) => http.Response.WriteAsJsonAsync(report, TraceReportJson.Default.TraceReport);
}
