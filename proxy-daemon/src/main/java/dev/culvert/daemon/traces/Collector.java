package dev.culvert.daemon.traces;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.culvert.daemon.config.TraceSettings;
import dev.culvert.settings.LiveSecret;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sends messages to a collector, and waits for each answer. Blocks. */
/* The JDK's oldest client: it needs no module and no thread of its own. */
final class Collector {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int MOST_ANSWER_BYTES = 64 * 1024;

    private final URI endpoint;
    private final Map<String, LiveSecret> headers = new LinkedHashMap<>();
    private final int timeoutMillis;

    Collector(URI endpoint, TraceSettings settings) {
        this.endpoint = endpoint;
        settings.headers()
                .forEach(
                        (name, value) -> headers.put(name, new LiveSecret(value, System.getenv())));
        timeoutMillis = Math.toIntExact(Math.min(Integer.MAX_VALUE, settings.timeout().toMillis()));
    }

    void post(byte[] spans) throws IOException {
        if (!(endpoint.toURL().openConnection() instanceof HttpURLConnection connection)) {
            throw new IOException(endpoint.getScheme() + " is no HTTP");
        }
        connection.setConnectTimeout(timeoutMillis);
        connection.setReadTimeout(timeoutMillis);
        connection.setInstanceFollowRedirects(false);
        connection.setDoOutput(true);
        connection.setRequestMethod("POST");
        connection.setRequestProperty("content-type", "application/json");
        for (Map.Entry<String, LiveSecret> header : headers.entrySet()) {
            connection.setRequestProperty(header.getKey(), header.getValue().text().reveal());
        }
        connection.setFixedLengthStreamingMode(spans.length);
        try (OutputStream out = connection.getOutputStream()) {
            out.write(spans);
        }
        int status = connection.getResponseCode();
        byte[] answer =
                read(status < 400 ? connection.getInputStream() : connection.getErrorStream());
        if (status != HttpURLConnection.HTTP_OK) {
            throw new IOException("the collector answered " + status);
        }
        long rejected = rejected(answer);
        if (rejected > 0) {
            throw new IOException("the collector rejected " + rejected + " spans");
        }
    }

    private static byte[] read(@Nullable InputStream answer) throws IOException {
        if (answer == null) {
            return new byte[0];
        }
        try (answer) {
            return answer.readNBytes(MOST_ANSWER_BYTES);
        }
    }

    /** {@code partialSuccess.rejectedSpans} of its answer, a 64-bit number as a text. */
    private static long rejected(byte[] answer) {
        try (JsonParser json = JSON.createParser(answer)) {
            while (json.nextToken() != null) {
                if (json.currentToken().isScalarValue()
                        && "rejectedSpans".equals(json.currentName())) {
                    return Long.parseLong(json.getText());
                }
            }
            return 0;
        } catch (IOException | NumberFormatException _) {
            return 0; // it took them, whatever else it says
        }
    }
}
