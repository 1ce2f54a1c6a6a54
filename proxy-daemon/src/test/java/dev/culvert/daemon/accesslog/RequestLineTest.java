package dev.culvert.daemon.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RequestLineTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z_]+)` \\|");

    @Test
    void isPairsOfNameAndValueInOrder() {
        assertThat(RequestLine.dated(Records.done("r-1")))
                .isEqualTo(
                        "time=2025-11-29T14:06:06.526Z level=info state=done method=POST"
                                + " route=/api/v1/agents/{id}/stream status=200 request=r-1"
                                + " trace=4bf92f3577b34da6a3ce929d0e0e4736 caller=token:ci tenant=acme client=192.0.2.7"
                                + " agent=web turn=web.QObZ-p… op=7f3a09c1 head_ms=0 body_ms=1 dial_ms=0.25"
                                + " first_ms=3.04 whole_ms=12 bytes_in=42 bytes_out=1000"
                                + " input_tokens=11 output_tokens=22 protocol=HTTP/1.1");
    }

    @Test
    void quotesWhatIsNoWord() {
        assertThat(RequestLine.logfmt(Records.failed("r-1")))
                .endsWith(" protocol=HTTP/1.1 error=\"It said \\\"no\\\" = \\\\.\"")
                .contains(" code=runtime_error runtime_status=429 ");
    }

    @Test
    void isTheSameFieldsInJson() throws Exception {
        Map<String, Object> json = object(RequestLine.json(Records.failed("r-1")));

        assertThat(json)
                .containsEntry("time", "2025-11-29T14:06:06.526Z")
                .containsEntry("level", "warn")
                .containsEntry("state", "agent/waiting")
                .containsEntry("status", 502L)
                .containsEntry("dial_ms", 0.25)
                .containsEntry("whole_ms", 12.0)
                .containsEntry("output_tokens", 22L)
                .containsEntry("error", "It said \"no\" = \\.");
        assertThat(json.keySet())
                .containsExactlyElementsOf(
                        Stream.concat(Stream.of("time", "level"), names()).toList());
    }

    @Test
    void hasTheFieldsThatThePageDescribes() throws Exception {
        List<String> described = new ArrayList<>();
        ROW.matcher(Files.readString(Path.of("docs/log-fields.md")).split("## States", 2)[0])
                .results()
                .map((MatchResult row) -> row.group(1))
                .forEach(described::add);

        assertThat(described)
                .containsExactlyElementsOf(
                        Stream.concat(Stream.of("time", "level"), names()).toList());
    }

    private static Stream<String> names() {
        return LogFields.ALL.stream().map(LogFields.Field::name);
    }

    private static Map<String, Object> object(String text) throws IOException {
        Map<String, Object> members = new LinkedHashMap<>();
        try (JsonParser json = new JsonFactory().createParser(text)) {
            assertThat(json.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                members.put(
                        name,
                        switch (value) {
                            case VALUE_NUMBER_INT -> json.getLongValue();
                            case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
                            default -> json.getText();
                        });
            }
            assertThat(json.currentToken()).isEqualTo(JsonToken.END_OBJECT);
            assertThat(json.nextToken()).isNull();
        }
        return members;
    }
}
