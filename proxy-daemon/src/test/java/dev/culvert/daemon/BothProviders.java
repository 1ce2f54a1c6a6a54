package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An LLM service on loopback that speaks both APIs, and keeps what it is asked. */
final class BothProviders implements AutoCloseable {
    private final HttpServer server;
    private final List<String> asked = new CopyOnWriteArrayList<>();

    BothProviders() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/v1/chat/completions",
                exchange ->
                        answer(
                                exchange,
                                "authorization",
                                "{\"model\":\"gpt-scripted\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"OpenAI says it is well.\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":15}}"));
        server.createContext(
                "/v1/messages",
                exchange ->
                        answer(
                                exchange,
                                "x-api-key",
                                "{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-scripted\",\"content\":[{\"type\":\"text\",\"text\":\"Claude says it is well.\"}],\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":10,\"output_tokens\":5}}"));
        server.start();
    }

    private void answer(HttpExchange exchange, String key, String json) throws IOException {
        asked.add(
                exchange.getRequestURI()
                        + " "
                        + exchange.getRequestHeaders().getFirst(key)
                        + " "
                        + exchange.getRequestHeaders().getFirst("anthropic-version")
                        + " "
                        + new String(exchange.getRequestBody().readAllBytes(), UTF_8));
        byte[] bytes = json.getBytes(UTF_8);
        exchange.getResponseHeaders().set("content-type", "application/json");
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** The setting that names it as both providers. */
    String setting(String keyFile) {
        return "\"providers\": [{\"name\": \"openai\", \"kind\": \"openai\", \"url\": \"http://127.0.0.1:%d/v1\", \"key\": {\"file\": \"%s\"}}, {\"name\": \"anthropic\", \"kind\": \"anthropic\", \"url\": \"http://127.0.0.1:%d\", \"key\": {\"file\": \"%s\"}}],"
                .formatted(port(), keyFile, port(), keyFile);
    }

    List<String> asked() {
        return asked;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
