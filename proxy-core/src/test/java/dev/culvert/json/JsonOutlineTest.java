package dev.culvert.json;

import static dev.culvert.json.JsonOutline.NONE;
import static dev.culvert.json.JsonOutline.ROOT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonOutlineTest {
    private static final String TEXT =
            """
            {"role": "user", "empty": {}, "list" : [1, {"a": "b\\n", "\\u0063": null}, []],
             "last": "\\"quoted\\" é"}
            """;

    private static JsonOutline outline(String text) {
        return outline(text, 64);
    }

    private static JsonOutline outline(String text, int levels) {
        return JsonOutline.of(Unpooled.copiedBuffer(text, UTF_8), JsonLimits.FRAME, levels);
    }

    private static String copy(JsonOutline json, int value) {
        ByteBuf out = Unpooled.buffer();
        json.copy(value, out);
        return out.toString(UTF_8);
    }

    @Test
    void findsMembersAndElementsInAnyOrder() {
        JsonOutline json = outline(TEXT);

        int last = json.find(ROOT, "last");
        int list = json.find(ROOT, "list");
        int object = json.next(json.first(list));

        assertThat(json.text(last)).isEqualTo("\"quoted\" é");
        assertThat(json.count(ROOT)).isEqualTo(4);
        assertThat(json.count(list)).isEqualTo(3);
        assertThat(copy(json, object)).isEqualTo("{\"a\": \"b\\n\", \"\\u0063\": null}");
        assertThat(json.find(object, "c")).isEqualTo(json.next(json.first(object)));
        assertThat(json.name(json.find(object, "c"))).isEqualTo("c");
        assertThat(json.kind(json.find(object, "c"))).isEqualTo((byte) 'n');
        assertThat(json.find(ROOT, "absent")).isEqualTo(NONE);
        assertThat(json.first(json.find(ROOT, "empty"))).isEqualTo(NONE);
        assertThat(json.next(last)).isEqualTo(NONE);
        assertThat(json.isText(json.find(ROOT, "role"), "user")).isTrue();
        assertThat(json.isText(json.find(ROOT, "role"), "use")).isFalse();
    }

    @Test
    void namesTheWayToAValue() {
        JsonOutline json = outline(TEXT);
        int object = json.next(json.first(json.find(ROOT, "list")));

        assertThat(json.path(ROOT)).isEmpty();
        assertThat(json.path(json.find(ROOT, "role"))).isEqualTo("role");
        assertThat(json.path(json.find(object, "c"))).isEqualTo("list.1.c");
    }

    @Test
    void whatLiesDeeperThanItNotesIsOneValue() {
        JsonOutline json = outline(TEXT, 1);

        assertThat(json.count(ROOT)).isEqualTo(4);
        assertThat(json.first(json.find(ROOT, "list"))).isEqualTo(NONE);
        assertThat(copy(json, json.find(ROOT, "list"))).endsWith(", []]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{}{}",
                "{\"a\":[1,]}",
                "{\"a\":[,1]}",
                "{\"a\":[1 2]}",
                "{\"a\":[[1,2]}",
                "{\"a\":1,}",
                "{\"a\":[1}}",
                "{\"a\":[{\"b\":tru}]}"
            })
    void refusesWhatIsNoObject(String text) {
        assertThatThrownBy(() -> outline(text)).isInstanceOf(BadJsonException.class);
        assertThatThrownBy(() -> outline(text, 1)).isInstanceOf(BadJsonException.class);
    }

    @Test
    void namesBadEncodingBeforeAllElse() {
        ByteBuf text =
                Unpooled.copiedBuffer(
                        "{\"a\":[tru,\"\u00ff\"]}", java.nio.charset.StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> JsonOutline.of(text, JsonLimits.FRAME, 8))
                .extracting("reason")
                .isEqualTo(BadJsonException.Reason.INVALID_UTF8);
    }

    /** The scanner, which a test compares with Jackson, is the judge. */
    @Test
    void acceptsWhatTheScannerAccepts() {
        Random random = new Random(20261129);
        int accepted = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(TEXT);
            for (int k = random.nextInt(3); k >= 0; k--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.deleteCharAt(at);
                    case 1 -> text.insert(at, "{}[],:\"1 ".charAt(random.nextInt(9)));
                    default -> text.setCharAt(at, "{}[],:\"\\t".charAt(random.nextInt(9)));
                }
            }
            boolean good =
                    isAccepted(() -> JsonText.checkObject(Unpooled.copiedBuffer(text, UTF_8)));
            assertThat(isAccepted(() -> outline(text.toString(), 1 + random.nextInt(4))))
                    .as(text.toString())
                    .isEqualTo(good);
            accepted += good ? 1 : 0;
        }
        assertThat(accepted).isBetween(100, 19_900);
    }

    private static boolean isAccepted(Runnable reading) {
        try {
            reading.run();
            return true;
        } catch (BadJsonException _) {
            return false;
        }
    }

    @Test
    void manyValuesAreForgottenAgain() {
        String many = "{\"list\":[" + "1,".repeat(100_000) + "1]}";
        assertThat(outline(many).count(outline(many).find(ROOT, "list"))).isEqualTo(100_001);

        assertThat(outline("{\"a\":{\"b\":1}}").path(outline("{\"a\":{\"b\":1}}").first(6)))
                .isEqualTo("a.b");
    }

    @Test
    void piecesBecomeOneText() {
        JsonOutline json = outline("{\"a\" : {\"x\": \"1\\\"\",\n\"y\":\t[]}, \"b\":\"two\"}");
        int a = json.find(ROOT, "a");
        int b = json.find(ROOT, "b");
        ByteBuf out = Unpooled.buffer();

        new JsonPieces(out)
                .open('{')
                .name("n")
                .literal("null")
                .copyMember(json, b)
                .name("l")
                .open('[')
                .text("t")
                .copy(json, a)
                .copyAsText(json, a)
                .beginText()
                .part("one, ")
                .part(json, b)
                .endText()
                .close(']')
                .close('}');

        assertThat(out.toString(UTF_8))
                .isEqualTo(
                        "{\"n\":null,\"b\":\"two\",\"l\":[\"t\",{\"x\": \"1\\\"\",\n\"y\":\t[]},"
                                + "\"{\\\"x\\\": \\\"1\\\\\\\"\\\",\\n\\\"y\\\":\\t[]}\",\"one, two\"]}");
    }
}
