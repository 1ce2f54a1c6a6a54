package dev.culvert.guest.inspect;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.checks.BadCheckException;
import dev.culvert.checks.Target;
import dev.culvert.checks.Through;
import dev.culvert.frame.Frame;
import dev.culvert.json.JsonText;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a host wants to have checked: the member {@code check} of a ping (checks.md). */
record CheckOrder(Target target, Through through, Duration timeout) {
    private static final int USUAL_MS = 10_000;
    private static final int MOST_MS = 50_000;
    private static final int MOST_BYTES = 16 << 10;

    /**
     * Borrows {@code ping}. Null if it wants nothing checked.
     *
     * @throws BadCheckException when it says something that cannot be checked
     */
    static @Nullable CheckOrder of(Frame ping) throws BadCheckException {
        if (ping.payload().readableBytes() > MOST_BYTES) {
            return null;
        }
        try (JsonParser json = JsonText.parser(ping.payload())) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean isIt = json.currentName().equals("check");
                if (json.nextToken() == JsonToken.START_OBJECT && isIt) {
                    return read(json);
                }
                json.skipChildren();
            }
        } catch (IOException _) {
            return null; // no JSON that can be read: as any other ping
        }
        return null;
    }

    private static CheckOrder read(JsonParser json) throws IOException, BadCheckException {
        String url = "";
        String through = "";
        int millis = USUAL_MS;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            JsonToken kind = json.nextToken();
            if (name.equals("url") && kind == JsonToken.VALUE_STRING) {
                url = json.getText();
            } else if (name.equals("through") && kind == JsonToken.VALUE_STRING) {
                through = json.getText();
            } else if (name.equals("within_ms") && kind == JsonToken.VALUE_NUMBER_INT) {
                millis = Math.clamp(json.getValueAsLong(), 1, MOST_MS);
            }
            json.skipChildren();
        }
        return new CheckOrder(Target.parse(url), Through.parse(through), Duration.ofMillis(millis));
    }
}
