namespace Broker.Operations;

/// <summary>Answers <c>/livez</c> and <c>/readyz</c>.</summary>
internal static class HealthPages
{
    /// <summary>Whether a request asks for a page, and for nothing else.</summary>
    public static bool IsRead(HttpContext http) => HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);

    /// <summary>Answers one request.</summary>
    public static Task AnswerAsync(HttpContext http, Readiness readiness)
    {
        if (!IsRead(http))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = "GET, HEAD";
            return Task.CompletedTask;
        }

        http.Response.Headers.CacheControl = "no-store";
        switch (http.Request.Path.Value)
        {
            case "/livez":
                return WriteAsync(http, new HealthReport("ok", []));
            case "/readyz":
                var reasons = readiness.Reasons();
                http.Response.StatusCode = reasons.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
                return WriteAsync(http, new HealthReport(reasons.Count == 0 ? "ok" : "not ready", reasons));
            default:
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                return http.Response.WriteAsync("This listener serves /livez, /readyz, /metrics and /trace.\n");
        }
    }

    private static Task WriteAsync(HttpContext http, HealthReport report) => http.Response.WriteAsJsonAsync(report, HealthReportJson.Default.HealthReport);
}
