package dev.culvert.daemon.front.responses;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.ResponseSettings;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.io.Workers;
import dev.culvert.transport.EventLoops;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for kept responses wherever they are stored. */
public abstract class KeptResponsesContract {
    static final Caller ONE = new Caller("one", Caller.Kind.TOKEN, "acme", Set.of(), null);
    private static final Duration HOUR = Duration.ofHours(1);

    private final Workers workers = new Workers("test", 2, 0);
    private final EventLoops loops = EventLoops.start(1, "test");
    private long now = Duration.ofDays(1).toNanos();
    private int most = 9;
    private int bytes = 99_999;
    private @Nullable KeptResponses last;

    /** The same store each time, empty at first. */
    public abstract ResponseStore open();

    @AfterEach
    void close() {
        if (last != null) {
            last.flush(Duration.ofSeconds(20));
        }
        workers.close();
        loops.close();
    }

    private KeptResponses kept(int mostResponses, int mostBytes) {
        most = mostResponses;
        bytes = mostBytes;
        return kept();
    }

    /** After a restart, if there was one before. */
    private KeptResponses kept() {
        if (last != null) {
            last.flush(Duration.ofSeconds(20));
        }
        ResponseStore store = open();
        KeptResponses next =
                RestoredResponses.load(
                                store,
                                new KeptWrites(store, workers),
                                () -> new ResponseSettings(most, bytes, HOUR),
                                new KeptResponses.Time(
                                        () -> now, () -> TimeUnit.NANOSECONDS.toMillis(now), HOUR),
                                new RestoredResponses.Reading(loops.group(), 9_999))
                        .responses();
        last = next;
        return next;
    }

    private KeptResponses restarted() {
        assumeThat(open().isKept()).isTrue();
        return kept();
    }

    static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, UTF_8);
    }

    private static KeptResponse begin(
            KeptResponses all, String turn, @Nullable Conversation before) {
        KeptResponse begun =
                all.begin(
                        ResponseObject.of(
                                turn,
                                ONE,
                                1,
                                new Echo("\"a\":1}".getBytes(UTF_8), Namespaces.NONE_AT_ALL)),
                        ONE,
                        new Conversation(before, text("{\"in\":\"" + turn + "\"}")),
                        Outcome.IN_PROGRESS,
                        0);
        all.store(begun);
        return begun;
    }

    private static KeptResponse ended(
            KeptResponses all, String turn, @Nullable Conversation before) {
        KeptResponse response = begin(all, turn, before);
        all.end(
                response,
                Outcome.finished("stop", new Usage(1, 2, 3, 4, 5)),
                text("{\"out\":\"" + turn + "\"}"));
        return response;
    }

    private static KeptResponse ended(KeptResponses all, String turn) {
        return ended(all, turn, null);
    }

    private void delete(KeptResponses all, KeptResponse response) {
        all.delete(response, loops.group().next(), _ -> {});
    }

    private static String said(Conversation conversation) {
        ByteBuf items = Unpooled.buffer();
        conversation.write(items);
        return items.toString(UTF_8);
    }

    private static void assertHidden(KeptResponses all, KeptResponse response) {
        for (Caller other :
                new Caller[] {
                    new Caller("two", Caller.Kind.TOKEN, "acme", Set.of(), null),
                    new Caller("one", Caller.Kind.TOKEN, "other", Set.of(), null),
                    new Caller("one", Caller.Kind.TOKEN, null, Set.of(), null),
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
    void isNobodysButItsCallers() {
        KeptResponses all = kept();
        KeptResponse response = ended(all, "t");

        assertThat(all.find(response.id(), ONE)).isSameAs(response);
        assertHidden(all, response);
    }

    @Test
    void theOldestThatHasEndedIsForgottenFirst() {
        KeptResponses all = kept(2, 99_999);
        KeptResponse runs = begin(all, "t1", null);
        KeptResponse old = ended(all, "t2");
        KeptResponse latest = ended(all, "t3");

        assertThat(all.count()).isEqualTo(2);
        assertThat(all.find(runs.id(), ONE)).isNotNull();
        assertThat(all.find(old.id(), ONE)).isNull();
        assertThat(all.find(latest.id(), ONE)).isNotNull();
    }

    @Test
    void itsBytesAreBoundAndAllGivenBack() {
        KeptResponses all = kept(99, 2_000);
        for (int i = 0; i < 20; i++) {
            ended(all, "t" + i);
            assertThat(all.bytes()).isBetween(1L, 2_000L);
        }
        assertThat(all.count()).isBetween(1, 3);

        now += HOUR.toNanos() + 1;
        assertThat(all.find("none", ONE)).isNull();
        assertThat(all.count()).isZero();
        assertThat(all.bytes()).isZero();
    }

    @Test
    void whatSeveralFollowCountsOnceAndAsLongAsOneIsKept() {
        KeptResponses all = kept();
        KeptResponse first = ended(all, "first");
        long one = all.bytes();
        KeptResponse second = begin(all, "other", first.whole());
        all.end(second, Outcome.CANCELLED, Unpooled.EMPTY_BUFFER);
        assertThat(said(second.whole()))
                .isEqualTo("{\"in\":\"first\"},{\"out\":\"first\"},{\"in\":\"other\"}");

        long two = all.bytes();
        assertThat(two).isLessThan(2 * one + 100);
        delete(all, first);
        assertThat(all.bytes()).isLessThan(two).isGreaterThan(one);
        delete(all, second);
        assertThat(all.bytes()).isZero();
    }

    @Test
    void theFirstEndCounts() {
        KeptResponses all = kept();
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

    @Test
    void oneThatIsWholeStaysAsItIsIfItIsBegunAgain() {
        KeptResponses all = kept();
        KeptResponse whole = ended(all, "t");
        assertThat(begin(all, "t", null)).isSameAs(whole);

        KeptResponse failed = begin(all, "u", null);
        all.end(failed, Outcome.CANCELLED, Unpooled.EMPTY_BUFFER);
        assertThat(begin(all, "u", null)).isNotSameAs(failed);
        assertThat(all.find(failed.id(), ONE))
                .satisfies(it -> assertThat(it.outcome()).isEqualTo(Outcome.IN_PROGRESS));
    }

    @Test
    void isTheSameAfterARestartForItsCallerAlone() {
        KeptResponses all = kept();
        KeptResponse first = ended(all, "first");
        KeptResponse second = ended(all, "second", first.whole());
        long before = all.bytes();
        KeptResponses again = restarted();

        assertThat(again.bytes()).isEqualTo(before);
        for (KeptResponse it : new KeptResponse[] {first, second}) {
            KeptResponse restored = again.get(it.id(), ONE);
            assertThat(restored.json()).isEqualTo(it.json());
            assertThat(said(restored.input())).isEqualTo(said(it.input()));
            assertThat(said(restored.whole())).isEqualTo(said(it.whole()));
            assertHidden(again, restored);
        }
        now += HOUR.plusSeconds(1).toNanos();
        assertThat(restarted().count()).isZero();
    }

    @Test
    void aDeletedOneIsNotThereAfterARestartButWhatFollowsItIsWhole() {
        KeptResponses all = kept();
        KeptResponse first = ended(all, "first");
        KeptResponse second = ended(all, "second", first.whole());
        KeptResponse other = ended(all, "other");
        delete(all, first);
        delete(all, other);
        long before = all.bytes();
        KeptResponses again = restarted();

        assertThat(again.count()).isOne();
        assertThat(again.bytes()).isEqualTo(before);
        assertThat(said(again.get(second.id(), ONE).whole())).isEqualTo(said(second.whole()));
        delete(again, again.get(second.id(), ONE));
        assertThat(restarted().count()).isZero();
        assertThat(stored()).isZero();
    }

    /** A large one was outside of the heap. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5_000})
    void oneThatIsDeletedBeforeAnotherFollowsItIsThereForThat(int length) {
        KeptResponses all = kept();
        KeptResponse first = ended(all, "first" + "x".repeat(length));
        Conversation said = all.get(first.id(), ONE).whole();
        delete(all, first);
        KeptResponse second = ended(all, "second", said);

        assertThat(said(restarted().get(second.id(), ONE).whole())).isEqualTo(said(second.whole()));
    }

    private int stored() {
        int[] count = {0};
        open().load((_, _) -> count[0]++);
        return count[0];
    }

    @Test
    void theLimitsHoldAfterARestart() {
        KeptResponses all = kept();
        ended(all, "t1");
        now += 1_000_000_000;
        KeptResponse latest = ended(all, "t2");
        most = 1;
        KeptResponses again = restarted();

        assertThat(again.count()).isOne();
        assertThat(again.find(latest.id(), ONE)).isNotNull();
        restarted();
        assertThat(stored()).isOne();
    }

    @Test
    void oneThatIsForgottenAtOnceIsNotStoredEither() {
        KeptResponses all = kept(0, 99_999);
        ended(all, "t");
        assertThat(all.count()).isZero();
        all.flush(Duration.ofSeconds(20));
        assertThat(stored()).isZero();
    }

    @Test
    void oneWhoseClientReadItWhenTheDaemonDiedHasFailed() {
        KeptResponses all = kept();
        String id = begin(all, "t", null).id();

        for (int run = 0; run < 2; run++) {
            assertThat(restarted().get(id, ONE).json().toString(UTF_8))
                    .contains("\"status\":\"failed\"", "The daemon was restarted");
        }
    }

    @Test
    void aTurnInTheBackgroundIsReadAgainAfterARestart() {
        KeptResponses all = kept();
        KeptResponse response = begin(all, "t", null);
        Problem why =
                Problem.of(HttpResponseStatus.BAD_GATEWAY, "Lost.").member("code", "link_lost");
        StoredResponse.Log log = new StoredResponse.Log(new byte[] {1, 2, 3}, why);
        response.runs(BackgroundTurn.ended(all, response, loops.group().next(), log));
        all.end(response, Outcome.failed(why), text("{\"half\":1}"));

        BackgroundTurn restored = requireNonNull(restarted().get(response.id(), ONE).turn());
        assertThat(restored.stored().chunks()).containsExactly(1, 2, 3);
        assertThat(restored.stored().failure()).isEqualTo(why);
    }
}
