package dev.culvert.frame;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.json.JsonMembers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameMembersTest {
    /** Small ones are gone through when they are asked for, large ones when their frame is read. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5_000})
    void tellsWhatStandsInAPayload(int length) {
        String word = "x".repeat(length);
        String payload =
                "{ \"content\" : \"%s\\n\\u00e9é\", \"d\\u006fne\":true, \"usage\":{\"n\":[1,{}]},\"n\":-1}"
                        .formatted(word);
        Frame frame = received(payload);

        Map<String, String> found = new LinkedHashMap<>();
        JsonMembers members = frame.members();
        while (members.next()) {
            int start = members.valueStart();
            ByteBuf value = frame.payload().slice(start, members.valueEnd() - start);
            found.put(
                    members.name(), members.kind() == '"' ? members.text() : value.toString(UTF_8));
        }

        assertThat(found)
                .containsExactly(
                        Map.entry("content", word + "\néé"),
                        Map.entry("done", "true"),
                        Map.entry("usage", "{\"n\":[1,{}]}"),
                        Map.entry("n", "-1"));
        assertThat(frame.mayHoldTrue()).isTrue();
        frame.release();
    }

    @Test
    void comparesNamesAsTheyReadAndNotAsTheyAreWritten() {
        Frame frame = received("{\"d\\u006fne\":true,\"done\":1,\"dona\":2}");
        JsonMembers members = frame.members();

        assertThat(members.next()).isTrue();
        assertThat(members.isNamed("done")).isTrue();
        assertThat(members.next()).isTrue();
        assertThat(members.isNamed("done")).isTrue();
        assertThat(members.next()).isTrue();
        assertThat(members.isNamed("done")).isFalse();
        assertThat(members.next()).isFalse();
        frame.release();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[true]", "true", "1", "\"text\"", "{}", "null"})
    void whatIsNoObjectHasNone(String payload) {
        Frame frame = received(payload);

        assertThat(frame.members().next()).isFalse();
        assertThat(frame.mayHoldTrue()).isFalse();
        frame.release();
    }

    @Test
    void asManyAsAPayloadHasAreFound() {
        StringBuilder payload = new StringBuilder("{\"first\":\"" + "x".repeat(3_000) + "\"");
        for (int i = 0; i < 500; i++) {
            payload.append(",\"m").append(i).append("\":").append(i);
        }
        Frame frame = received(payload + "}");

        int found = 0;
        for (JsonMembers members = frame.members(); members.next(); ) {
            found++;
        }

        assertThat(found).isEqualTo(501);
        frame.release();
    }

    @Test
    void aFrameWithoutAPayloadHasNone() {
        assertThat(Frame.bare(FrameType.PING, "1").members().next()).isFalse();
    }

    @Test
    void seesTrueOnlyWhereAMemberOfTheValueItselfIs() {
        assertThat(holdsTrue("{\"done\":true}")).isTrue();
        assertThat(holdsTrue("{\"x\":[1],\"done\" : true , \"y\":\"z\"}")).isTrue();
        assertThat(holdsTrue("{\"done\":false}")).isFalse();
        assertThat(holdsTrue("{\"x\":{\"done\":true}}")).isFalse();
        assertThat(holdsTrue("{\"x\":[true]}")).isFalse();
        assertThat(holdsTrue("[true]")).isFalse();
        assertThat(holdsTrue("true")).isFalse();
        assertThat(holdsTrue("{\"content\":\"true\"}")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'content':'hi','done':false} | hi",
                "{ 'done' : false, 'x':[1] , 'content' : 'a\\n\\u00e9é' } | a\\n\\u00e9é",
                "{'c\\u006fntent':'hi','done':false} | hi",
                "{'content':'','done':false} | ''",
            })
    void givesTheTextOfAChunkThatSaysNothingElse(String payload, String text) {
        Frame frame = received(payload.replace('\'', '"'));

        assertThat(frame.isOnlyText()).isTrue();
        List<String> read = new ArrayList<>();
        int bytes = frame.payload().readableBytes();
        frame.readText(lent -> read.add(lent.toString(UTF_8)));
        assertThat(read).containsExactly(text);
        assertThat(frame.payload().readableBytes()).isEqualTo(bytes);
        assertThat(frame.chunkFault()).isNull();
        frame.release();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'content':'hi','done':true}",
                "{'content':'hi','done':false,'reasoning':'r'}",
                "{'content':'hi','done':false,'tool_calls':[]}",
                "{'content':'hi','done':false,'anthropic':{}}",
                "{'content':'hi','done':false,'usage':{}}",
                "{'content':'hi','done':false,'finish_reason':'stop'}",
                "{'content':'hi'}",
                "{'content':'hi','content':'ho','done':false}",
                "{'content':1,'done':false}",
                "{'content':'hi','done':0}",
                "['content']",
            })
    void aChunkThatSaysMoreOrIsNoneIsReadByItsMembers(String payload) {
        Frame frame = received(payload.replace('\'', '"'));

        assertThat(frame.isOnlyText()).isFalse();
        frame.release();
    }

    @Test
    void aLargeChunkIsReadByItsMembers() {
        Frame frame = received("{\"content\":\"" + "x".repeat(70_000) + "\",\"done\":false}");

        assertThat(frame.isOnlyText()).isFalse();
        frame.release();
    }

    private static boolean holdsTrue(String payload) {
        Frame frame = received(payload);
        boolean holdsTrue = frame.mayHoldTrue();
        frame.release();
        return holdsTrue;
    }

    private static Frame received(String payload) {
        byte[] envelope =
                "{\"type\":\"chunk\",\"payload\":%s ,\"id\":\"1\"}"
                        .formatted(payload)
                        .getBytes(UTF_8);
        EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder(FrameLimits.DEFAULTS));
        channel.writeInbound(Unpooled.buffer().writeInt(envelope.length).writeBytes(envelope));
        Frame frame = channel.readInbound();
        channel.finishAndReleaseAll();
        return frame;
    }
}
