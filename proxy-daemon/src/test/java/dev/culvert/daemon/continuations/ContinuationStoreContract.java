package dev.culvert.daemon.continuations;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every store of continuations does. */
public interface ContinuationStoreContract {
    Instant NOW = Instant.parse("2026-11-30T08:00:00.123Z");

    /** An empty store, or the same one again as a later process opens it. */
    ContinuationStore open() throws IOException;

    static Continuation continuation(String hash, int... content) {
        byte[] bytes = new byte[content.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) content[i];
        }
        return new Continuation(
                hash, "web-1." + hash, "", "token:ci \u00e4", "web-1", NOW, null, bytes);
    }

    private static void same(@Nullable Continuation found, Continuation expected) {
        assertThat(found).usingRecursiveComparison().isEqualTo(expected);
    }

    @Test
    default void isEmptyAtFirst() throws IOException {
        assertThat(open().heads(1)).isEmpty();
        assertThat(open().find("h")).isNull();
        assertThat(open().use("h", "me")).isNull();
        open().giveBack("h", "me");
        open().replaceContent("h", new byte[1]);
        open().delete(List.of("h"));
    }

    @Test
    default void givesBackWhatWasSavedLast() throws IOException {
        ContinuationStore store = open();

        store.save(continuation("a", 1, 2, 3));
        store.save(continuation("a", 0, 255, 0, 4));

        same(store.find("a"), continuation("a", 0, 255, 0, 4));
        if (store.isKept()) {
            same(open().find("a"), continuation("a", 0, 255, 0, 4));
        }
    }

    @Test
    default void tellsTheBeginningOfEach() throws IOException {
        ContinuationStore store = open();
        store.save(continuation("a", 1, 2, 3));
        store.save(continuation("b"));

        List<ContinuationStore.Head> heads = store.heads(2);

        assertThat(heads)
                .extracting(ContinuationStore.Head::bytes)
                .containsExactlyInAnyOrder(3L, 0L);
        assertThat(heads)
                .filteredOn(it -> it.bytes() == 3)
                .singleElement()
                .satisfies(it -> same(it.begin(), continuation("a", 1, 2)));
    }

    @Test
    default void isUsedOnce() throws IOException {
        ContinuationStore store = open();
        store.save(continuation("a", 1));

        assertThat(store.use("a", "first")).isEqualTo("first");
        assertThat(store.use("a", "second")).isEqualTo("first");
        assertThat(store.use("a", "first")).isEqualTo("first");
        store.save(continuation("a", 2));
        same(store.find("a"), continuation("a", 1).usedBy("first"));
    }

    @Test
    default void onlyWhoUsedItGivesItBack() throws IOException {
        ContinuationStore store = open();
        store.save(continuation("a", 1));
        store.use("a", "first");

        store.giveBack("a", "second");
        assertThat(store.use("a", "second")).isEqualTo("first");
        store.giveBack("a", "first");

        same(store.find("a"), continuation("a", 1));
        assertThat(store.use("a", "second")).isEqualTo("second");
    }

    @Test
    default void dropsWhatIsNotNeeded() throws IOException {
        ContinuationStore store = open();
        store.save(continuation("a", 1, 2));
        store.save(continuation("b", 3));

        store.use("a", "me");
        store.replaceContent("a", new byte[] {9});
        store.delete(List.of("b", "c"));

        same(store.find("a"), continuation("a", 9).usedBy("me"));
        assertThat(store.heads(1)).hasSize(1);
    }
}
