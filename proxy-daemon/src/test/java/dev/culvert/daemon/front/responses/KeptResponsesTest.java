package dev.culvert.daemon.front.responses;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.ResponseSettings;
import dev.culvert.daemon.http.ProblemException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeptResponsesTest {
    private static final Caller ONE = new Caller("one", Caller.Kind.TOKEN, "acme", Set.of(), null);
    private static final Duration HOUR = Duration.ofHours(1);

    private long now;

    private KeptResponses kept(int most, int bytes) {
        return new KeptResponses(() -> new ResponseSettings(most, bytes, HOUR), () -> now);
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, UTF_8);
    }

    private static KeptResponse begin(
            KeptResponses all, String turn, @Nullable Conversation before) {
        return all.begin(
                ResponseObject.of(
                        turn, ONE, 1, new Echo("\"a\":1}".getBytes(UTF_8), Namespaces.NONE_AT_ALL)),
                ONE,
                new Conversation(before, text("{\"in\":\"" + turn + "\"}")),
                Outcome.IN_PROGRESS,
                0);
    }

    private static KeptResponse ended(KeptResponses all, String turn) {
        KeptResponse response = begin(all, turn, null);
        all.end(response, Outcome.finished("stop", Usage.UNKNOWN), text("{\"out\":1}"));
        return response;
    }

    @Test
    void isNobodysButItsCallers() {
        KeptResponses all = kept(9, 9_999);
        KeptResponse response = ended(all, "t");

        assertThat(all.find(response.id(), ONE)).isSameAs(response);
        for (Caller other :
                new Caller[] {
                    new Caller("two", Caller.Kind.TOKEN, "acme", Set.of(), null),
                    new Caller("one", Caller.Kind.TOKEN, "other", Set.of(), null),
                    new Caller("one", Caller.Kind.CERTIFICATE, "acme", Set.of(), null),
                    Caller.ANYBODY
                }) {
            assertThat(all.find(response.id(), other)).isNull();
            assertThatExceptionOfType(ProblemException.class)
                    .isThrownBy(() -> all.get(response.id(), other))
                    .satisfies(e -> assertThat(e.problem().status().code()).isEqualTo(404));
        }
    }

    @Test
    void theOldestThatHasEndedIsForgottenFirst() {
        KeptResponses all = kept(2, 99_999);
        KeptResponse runs = begin(all, "t1", null);
        KeptResponse old = ended(all, "t2");
        KeptResponse last = ended(all, "t3");

        assertThat(all.count()).isEqualTo(2);
        assertThat(all.find(runs.id(), ONE)).isNotNull();
        assertThat(all.find(old.id(), ONE)).isNull();
        assertThat(all.find(last.id(), ONE)).isNotNull();
    }

    @Test
    void itsBytesAreBoundAndAllGivenBack() {
        KeptResponses all = kept(99, 2_000);
        for (int i = 0; i < 20; i++) {
            ended(all, "t" + i);
            assertThat(all.bytes()).isBetween(1L, 2_000L);
        }
        assertThat(all.count()).isBetween(1, 3);

        now = HOUR.toNanos() + 1;
        assertThat(all.find("none", ONE)).isNull();
        assertThat(all.count()).isZero();
        assertThat(all.bytes()).isZero();
    }

    @Test
    void whatSeveralFollowCountsOnceAndAsLongAsOneIsKept() {
        KeptResponses all = kept(9, 99_999);
        KeptResponse first = ended(all, "first");
        long one = all.bytes();
        KeptResponse second = begin(all, "other", first.whole());
        all.end(second, Outcome.CANCELLED, Unpooled.EMPTY_BUFFER);
        ByteBuf items = Unpooled.buffer();
        assertThat(second.whole().write(items)).isTrue();
        assertThat(items.toString(UTF_8))
                .isEqualTo("{\"in\":\"first\"},{\"out\":1},{\"in\":\"other\"}");

        long two = all.bytes();
        assertThat(two).isLessThan(2 * one + 100);
        all.delete(first);
        assertThat(all.bytes()).isLessThan(two).isGreaterThan(one);
        all.delete(second);
        assertThat(all.bytes()).isZero();
    }

    @Test
    void theFirstEndCounts() {
        KeptResponses all = kept(9, 9_999);
        KeptResponse response = begin(all, "t", null);
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(response::whole)
                .withMessageContaining("still in progress");
        all.end(response, Outcome.CANCELLED, text("{\"half\":1}"));
        all.end(response, Outcome.finished("stop", Usage.UNKNOWN), text("{\"all\":1}"));
        assertThat(response.json().toString(UTF_8))
                .contains("\"status\":\"cancelled\"")
                .contains("\"output\":[{\"half\":1}]");
    }
}
