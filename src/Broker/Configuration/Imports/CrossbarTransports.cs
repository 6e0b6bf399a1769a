using System.Globalization;
using System.Text.Json.Nodes;
using Broker.Configuration.Documents;
using Broker.Configuration.Keys;

namespace Broker.Configuration.Imports;

/// <summary>Converts transports into listeners, and their options into limits of the whole router.</summary>
/// <param name="file">The result, whose limits are set.</param>
internal sealed class CrossbarTransports(JsonObject file)
{
    private static readonly (string Name, string? Section, string Key, bool IsSize)[] Options =
    [
        ("max_message_size", "limits", "message_size", true),
        ("open_handshake_timeout", "limits", "handshake_timeout", false),
        ("auto_ping_interval", "keep_alive", "interval", false),
        ("auto_ping_timeout", "keep_alive", "timeout", false),
        ("close_handshake_timeout", null, "close_timeout", false),
    ];

    /// <summary>What they have become.</summary>
    public JsonArray Listeners { get; } = [];

    /// <summary>How clients authenticate at them.</summary>
    public CrossbarAuth Auth { get; } = new();

    /// <summary>Converts transports.</summary>
    public void AddAll(IEnumerable<CrossbarSection> transports)
    {
        foreach (var transport in transports)
        {
            Add(transport);
        }
    }

    private void Add(CrossbarSection transport)
    {
        var listener = new JsonObject();
        var endpoint = transport.Section("endpoint");
        if (Address(endpoint) is not { } address)
        {
            transport.Note($"a transport without an endpoint of type tcp or unix was left out.");
            return;
        }

        listener["listen"] = address;
        Tls(endpoint.Section("tls"), listener);
        endpoint.NoteRest();
        switch (transport.Text("type"))
        {
            case "websocket":
                WebSocket(transport, transport.Text("path") is { } path ? path.TrimStart('/') : "ws", listener);
                break;
            case "rawsocket":
                Serve(transport, listener);
                break;
            case "web":
                Paths(transport.Section("paths"), "", listener);
                break;
            case "universal":
                Universal(transport, listener);
                break;
            case var type:
                transport.Note($"a transport of type {type ?? "?"} was left out.");
                return;
        }

        transport.Ignore("id");
        transport.NoteRest();
        Listeners.Add((JsonNode)listener);
    }

    private static string? Address(CrossbarSection endpoint)
    {
        var type = endpoint.Text("type");
        if (type == "unix" && endpoint.Text("path") is { } path)
        {
            return $"unix:{path}";
        }

        if (type != "tcp" || endpoint.Number("port") is not { } port)
        {
            return null;
        }

        var host = endpoint.Text("interface");
        if (host is null && endpoint.Number("version") != 6)
        {
            host = "0.0.0.0";
        }

        return string.Create(CultureInfo.InvariantCulture, $"{host ?? "*"}:{port}");
    }

    private static void Tls(CrossbarSection tls, JsonObject listener)
    {
        if (!tls.Exists)
        {
            return;
        }

        var node = new JsonObject { ["cert"] = tls.Text("certificate"), ["key"] = tls.Text("key") };
        if (tls.Texts("ca_certificates") is { Count: > 0 } authorities)
        {
            node["client_ca"] = authorities[0];
            node["client_auth"] = "required";
            if (authorities.Count > 1)
            {
                tls.Note("only the first of ca_certificates was taken: put all into one file.");
            }
        }

        if (tls.Texts("chain_certificates").Count > 0)
        {
            tls.Note("append chain_certificates to the certificate's file.");
        }

        tls.NoteRest();
        listener["tls"] = node;
    }

    private void Universal(CrossbarSection transport, JsonObject listener)
    {
        var raw = transport.Section("rawsocket");
        Serve(raw, listener);
        raw.NoteRest();
        var sockets = transport.Section("websocket");
        foreach (var name in sockets.Names)
        {
            var socket = sockets.Section(name);
            WebSocket(socket, name, listener);
            socket.Ignore("type");
            socket.NoteRest();
        }

        Paths(transport.Section("web").Section("paths"), "", listener);
    }

    private void Paths(CrossbarSection paths, string prefix, JsonObject listener)
    {
        foreach (var name in paths.Names)
        {
            var path = paths.Section(name);
            switch (path.Text("type"))
            {
                case "websocket":
                    WebSocket(path, prefix + name.Trim('/'), listener);
                    path.NoteRest();
                    break;
                case "path":
                    Paths(path.Section("paths"), $"{prefix}{name.Trim('/')}/", listener);
                    break;
                case var type:
                    path.Note($"{type ?? "this"} was left out: serve it by a web server beside the router.");
                    break;
            }
        }
    }

    private void WebSocket(CrossbarSection socket, string path, JsonObject listener)
    {
        if (listener["path"] is { } other)
        {
            socket.Note($"a listener has one path here: clients of /{path} use {other.GetValue<string>()}.");
        }
        else
        {
            listener["path"] = "/" + path;
        }

        Serve(socket, listener);
    }

    private void Serve(CrossbarSection transport, JsonObject listener)
    {
        Auth.Add(transport.Section("auth"));
        var options = transport.Section("options");
        var origins = options.Texts("allowed_origins");
        if (origins.Count > 0)
        {
            listener["origins"] = new JsonArray([.. origins.Select(origin => JsonValue.Create(origin))]);
        }

        if (transport.Number("max_message_size") is { } size and > 0)
        {
            Set("limits", "message_size", Text(size, isSize: true), transport);
        }

        foreach (var (name, section, key, isSize) in Options)
        {
            if (options.Number(name) is { } value and > 0)
            {
                Set(section, key, Text(value, isSize), options);
            }
        }

        options.NoteRest();
        transport.Ignore("serializers", "url", "debug", "type", "path");
        if (transport.Section("cookie").Exists)
        {
            transport.Note("cookie: see auth.cookie of a realm.");
        }
    }

    private static string Text(long value, bool isSize) =>
        isSize ? ByteSize.FromBytes(value).ToString() : Duration.Write(TimeSpan.FromMilliseconds(value));

    private void Set(string? section, string key, string text, CrossbarSection from)
    {
        var target = file;
        if (section is not null)
        {
            target = file[section] as JsonObject ?? [];
            file[section] = target;
        }

        if (target[key] is { } other && other.GetValue<string>() != text)
        {
            var name = section is null ? key : $"{section}.{key}";
            from.Note($"the router has one {name}: {other.GetValue<string>()} was kept, {text} left out.");
        }
        else
        {
            target[key] = text;
        }
    }
}
