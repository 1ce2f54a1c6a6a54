package dev.culvert.daemon.front.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.http.Json;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever an agent asks, its question is JSON, and shows no character that hides another. */
@Timeout(60)
class ApprovalQuestionFuzzTest {
    private static final Path CORPUS =
            Path.of("src/test/resources/dev/culvert/daemon/front/approvals");
    private static final int ROUNDS = 5_000;
    private static final long SEED = 20261130;

    static List<Path> questions() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("questions")
    void isAskedInOneForm(Path question) throws IOException {
        byte[] good = Files.readAllBytes(question);
        assertThat(isAsked(good)).isTrue();

        Random random = new Random(SEED);
        int asked = 0;
        for (int round = 0; round < ROUNDS; round++) {
            asked += isAsked(RpcMessageFuzzTest.mutated(good, random)) ? 1 : 0;
        }

        assertThat(asked).isBetween(1, ROUNDS - 1);
    }

    private static boolean isAsked(byte[] bytes) {
        ByteBuf payload = Unpooled.buffer().writeBytes(bytes);
        try {
            JsonText.checkObject(payload);
        } catch (BadJsonException e) {
            return false;
        }
        Frame frame = new Frame(FrameType.APPROVAL, "t", payload).withSeq(3);
        ApprovalNotice notice = ApprovalNotice.of(frame, "web-1");
        if (notice == null) {
            return false;
        }
        ApprovalQuestion asked = ApprovalQuestion.of(payload);
        assertThat(asked.sentence()).doesNotContainPattern("[\\p{Cf}\\p{Cc}&&[^\n\u200c\u200d]]");
        assertThat(notice.news()).doesNotContainPattern("[\\p{Cf}\\p{Cc}&&[^\u200c\u200d]]");
        ByteBuf form = Json.object(asked::write);
        JsonText.checkObject(form);
        form.release();
        assertThat(ApprovalReply.isApproval(notice.id())).isTrue();
        return true;
    }
}
