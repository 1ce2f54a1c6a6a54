package dev.culvert.daemon.providers;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.daemon.http.ProblemException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Requests of agents with bytes changed, cut out, doubled and put in: each is refused in words, or
 * read as a provider reads it, which takes the last of two members and may not heed their case.
 */
@Timeout(60)
class AskedFuzzTest {
    private static final Path CORPUS = Path.of("src/test/resources/dev/culvert/daemon/providers");
    private static final int ROUNDS = 2_000;
    private static final long SEED = 20261130;
    private static final long MOST_TOKENS = 1_000_000_000;
    private static final long BY_DEFAULT = 4096;

    private static final List<String> PUT_IN =
            List.of(
                    "\"model\":\"dear\",",
                    "\"MODEL\":\"dear\",",
                    "\"\\u006dodel\":\"dear\",",
                    "\"stream\":true,",
                    "\"max_tokens\":999999999999999999999,",
                    "\"max_tokens\":-1,",
                    "\"max_tokens\":1e3,",
                    "\"n\":1000000000,",
                    "\"best_of\":null,",
                    "\"background\":true,",
                    "\"stream_options\":{},",
                    "\"tools\":[{\"type\":\"web_search\"}],",
                    "\"Tools\":[],",
                    "\"mcp_servers\":[{}],",
                    "{\"type\":\"mcp\"},",
                    "\"type\":\"mcp\",",
                    "[",
                    "]",
                    "{",
                    "}",
                    ",",
                    "\"",
                    "\\",
                    "\0",
                    "\u00ff",
                    "null");

    @ParameterizedTest
    @CsvSource({
        "CHAT, chat-request.json",
        "CHAT, chat-options-request.json",
        "RESPONSES, responses-request.json",
        "MESSAGES, messages-request.json",
        "COUNT_TOKENS, messages-request.json",
    })
    void aRequestIsRefusedOrReadAsAProviderReadsIt(ProviderApi api, String name)
            throws IOException {
        String good = Files.readString(CORPUS.resolve(name), UTF_8);
        String bytes = new String(good.getBytes(UTF_8), ISO_8859_1);
        Random random = new Random(SEED);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String changed = round == 0 ? bytes : mutated(bytes, random);
            ByteBuf body = Unpooled.wrappedBuffer(changed.getBytes(ISO_8859_1));
            try {
                check(api, Asked.read(api, body), body, changed);
            } catch (ProblemException e) {
                assertThat(e.problem().status()).isEqualTo(HttpResponseStatus.BAD_REQUEST);
                assertThat(e.problem().error()).startsWith("The ").endsWith(".");
                assertThat(e.problem().error().chars()).as(changed).allMatch(c -> c >= ' ');
                refused++;
            }
            assertThat(body.readableBytes()).isEqualTo(changed.length());
            assertThat(body.refCnt()).isEqualTo(1);
        }
        assertThat(refused).isBetween(ROUNDS / 20, ROUNDS - ROUNDS / 20);
    }

    private static void check(ProviderApi api, Asked asked, ByteBuf body, String text)
            throws IOException {
        Map<String, String> read = lastOfEach(body);
        assertThat(asked.model()).as(text).isEqualTo(read.get("model"));
        assertThat(asked.isStreamed()).as(text).isEqualTo("true".equals(read.get("stream")));
        assertThat(read.get("background")).as(text).isNotEqualTo("true");
        for (String member : api.mostTokens()) {
            String most = read.getOrDefault(member, "null");
            if (!most.equals("null")) {
                assertThat(asked.mostTokens())
                        .as(text)
                        .isGreaterThanOrEqualTo(Math.min(MOST_TOKENS, (long) number(most)));
            }
        }
        assertThat(asked.bytes()).isEqualTo(text.length());
        assertThat(asked.inputTokens()).isPositive();
        assertThat(asked.answers()).isBetween(1L, MOST_TOKENS);
        assertThat(asked.answerTokens(BY_DEFAULT)).as(text).isBetween(0L, MOST_TOKENS);
        ByteBuf sent = body.retainedDuplicate();
        HostedTools hosted = asked.hosted();
        if (hosted.areAny() && !hosted.areAlone()) {
            sent.release();
            sent = hosted.leftOutOf(body);
            assertThat(Asked.read(api, sent).hosted().areAny()).as(text).isFalse();
        }
        if (asked.usage() == Asked.Usage.CAN_BE_ADDED) {
            ByteBuf withUsage = UsageOption.addedTo(sent);
            Asked again = Asked.read(api, withUsage);
            assertThat(again.usage()).as(text).isEqualTo(Asked.Usage.TOLD);
            assertThat(again.model()).as(text).isEqualTo(asked.model());
            withUsage.release();
        }
        sent.release();
    }

    private static double number(String text) {
        return Double.parseDouble(text);
    }

    /** The texts of scalar members by their names in small letters, as another reader sees them. */
    private static Map<String, String> lastOfEach(ByteBuf body) throws IOException {
        Map<String, String> members = new TreeMap<>();
        byte[] bytes = new byte[body.readableBytes()];
        body.getBytes(body.readerIndex(), bytes);
        try (JsonParser json = new JsonFactory().createParser(bytes)) {
            assertThat(json.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName().toLowerCase(Locale.ROOT);
                JsonToken value = json.nextToken();
                if (value.isScalarValue()) {
                    members.put(name, json.getText());
                } else {
                    members.put(name, value.name());
                    json.skipChildren();
                }
            }
        }
        return members;
    }

    private static String mutated(String good, Random random) {
        String text = good;
        for (int i = random.nextInt(3); i >= 0; i--) {
            int from = random.nextInt(text.length());
            int to = Math.min(text.length(), from + 1 + random.nextInt(20));
            String put = PUT_IN.get(random.nextInt(PUT_IN.size()));
            text =
                    switch (random.nextInt(6)) {
                        case 0 -> text.substring(0, from) + put + text.substring(to);
                        case 1, 2 -> withMember(text, put, random);
                        case 3 -> text.substring(0, to) + text.substring(from);
                        case 4 ->
                                text.substring(0, from)
                                        + (char) random.nextInt(256)
                                        + text.substring(from + 1);
                        default -> text.substring(0, from) + text.substring(to);
                    };
            if (text.isEmpty()) {
                return good;
            }
        }
        return text;
    }

    /** After a brace, a bracket or a comma, where it may well be JSON. */
    private static String withMember(String text, String put, Random random) {
        int from = random.nextInt(text.length());
        while (from < text.length() && "{[,".indexOf(text.charAt(from)) < 0) {
            from++;
        }
        int at = Math.min(text.length(), from + 1);
        return text.substring(0, at) + put + text.substring(at);
    }
}
