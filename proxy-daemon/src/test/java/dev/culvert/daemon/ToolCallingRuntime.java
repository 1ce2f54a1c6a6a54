package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A runtime of both kinds whose model calls {@code read_file} once if that is offered, then the
 * tool {@code now}, and then tells what both brought.
 */
final class ToolCallingRuntime implements AutoCloseable {
    private final HttpServer server;
    private final List<String> asked = new CopyOnWriteArrayList<>();

    private ToolCallingRuntime(HttpServer server) {
        this.server = server;
    }

    static ToolCallingRuntime start() throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ToolCallingRuntime runtime = new ToolCallingRuntime(server);
        server.createContext("/v1/chat/completions", runtime::chat);
        server.createContext("/v1/messages", runtime::messages);
        server.start();
        return runtime;
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** The bodies of all requests, in order. */
    List<String> asked() {
        return asked;
    }

    /** Which tool is called next; empty if all were. */
    private static String next(String request) {
        if (request.contains("\"read_file\"") && !request.contains("one line")) {
            return "read_file";
        }
        return request.contains("noon") ? "" : "now";
    }

    private void chat(HttpExchange exchange) throws IOException {
        String request = take(exchange);
        String tool = next(request);
        String delta =
                tool.isEmpty()
                        ? "{\"content\":\"It is noon.\"}"
                        : "{\"tool_calls\":[{\"index\":0,\"id\":\"id_%s\",\"type\":\"function\",\"function\":{\"name\":\"%s\",\"arguments\":\"%s\"}}]}"
                                .formatted(tool, tool, arguments(tool).replace("\"", "\\\""));
        answer(
                exchange,
                """
                data: {"choices":[{"index":0,"delta":%s}]}

                data: {"choices":[{"index":0,"delta":{},"finish_reason":"%s"}]}

                data: [DONE]

                """
                        .formatted(delta, tool.isEmpty() ? "stop" : "tool_calls"));
    }

    private void messages(HttpExchange exchange) throws IOException {
        String request = take(exchange);
        String tool = next(request);
        String block =
                tool.isEmpty()
                        ? "{\"type\":\"text\",\"text\":\"\"}"
                        : "{\"type\":\"tool_use\",\"id\":\"id_%s\",\"name\":\"%s\",\"input\":{}}"
                                .formatted(tool, tool);
        String delta =
                tool.isEmpty()
                        ? "{\"type\":\"text_delta\",\"text\":\"It is noon.\"}"
                        : "{\"type\":\"input_json_delta\",\"partial_json\":\"%s\"}"
                                .formatted(arguments(tool).replace("\"", "\\\""));
        answer(
                exchange,
                """
                event: message_start
                data: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","content":[],"model":"x","stop_reason":null,"usage":{"input_tokens":5,"output_tokens":1}}}

                event: content_block_start
                data: {"type":"content_block_start","index":0,"content_block":%s}

                event: content_block_delta
                data: {"type":"content_block_delta","index":0,"delta":%s}

                event: content_block_stop
                data: {"type":"content_block_stop","index":0}

                event: message_delta
                data: {"type":"message_delta","delta":{"stop_reason":"%s"},"usage":{"output_tokens":2}}

                event: message_stop
                data: {"type":"message_stop"}

                """
                        .formatted(block, delta, tool.isEmpty() ? "end_turn" : "tool_use"));
    }

    private static String arguments(String tool) {
        return tool.equals("now") ? "{\"zone\":\"UTC\"}" : "{\"path\":\"notes.txt\"}";
    }

    private String take(HttpExchange exchange) throws IOException {
        String request = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        asked.add(request);
        return request;
    }

    private static void answer(HttpExchange exchange, String stream) throws IOException {
        exchange.getResponseHeaders().add("content-type", "text/event-stream");
        byte[] bytes = stream.getBytes(UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
