import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A model on loopback that lists the directory once, and then answers, at length if asked to. It
 * prints its URL.
 */
class Model {
    static final String CALL =
            "{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\","
                    + "\"function\":{\"name\":\"list_dir\",\"arguments\":\"{\\\"path\\\":\\\".\\\"}\"}}]}";

    static void main() throws Exception {
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    var asked = new String(exchange.getRequestBody().readAllBytes());
                    var called = asked.contains("\"role\":\"tool\"");
                    var events =
                            event("{\"content\":\"and so on\"}", "null")
                                            .repeat(asked.contains("at length") ? 50 : 0)
                                    + event(called ? "{\"content\":\"done\"}" : CALL, "null")
                                    + event("{}", called ? "\"stop\"" : "\"tool_calls\"")
                                    + "data: [DONE]\n\n";
                    exchange.getResponseHeaders().add("content-type", "text/event-stream");
                    exchange.sendResponseHeaders(200, 0);
                    try (var body = exchange.getResponseBody()) {
                        body.write(events.getBytes());
                    }
                });
        server.start();
        System.out.println("listening on http:/" + server.getAddress());
    }

    static String event(String delta, String reason) {
        return "data: {\"choices\":[{\"index\":0,\"delta\":%s,\"finish_reason\":%s}]}\n\n"
                .formatted(delta, reason);
    }
}
