package dev.culvert.daemon.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.inventory.InventoryStore.Round;
import dev.culvert.daemon.inventory.InventoryStore.ServerRow;
import dev.culvert.daemon.proxmox.Fields;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every store of the inventory does. */
public interface InventoryStoreContract {
    Instant NOW = Instant.parse("2026-11-30T08:00:00.123Z");

    /** An empty store, or the same one again as a later process opens it. */
    InventoryStore open() throws IOException;

    private static Thing guest(String id, String name) throws IOException {
        return new Thing(
                Kind.GUEST,
                id,
                Fields.read(
                        "{\"vmid\":%s,\"type\":\"qemu\",\"name\":\"%s\",\"tags\":\"ä;b\"}"
                                .formatted(id, name)),
                NOW,
                NOW);
    }

    private static Change change(String id, String what) {
        return new Change(NOW, "guest/" + id, what, "ä", "b");
    }

    private static Round round(String server, List<Thing> things, List<Thing> gone, Change... all) {
        return new Round(
                new ServerRow(server, NOW, "9.0.3"),
                things,
                gone,
                List.of(all),
                NOW.minusSeconds(1),
                3);
    }

    private static List<String> whats(InventoryStore store, String subject) throws IOException {
        return store.changes("lab", subject, 0, 100).stream()
                .map(it -> it.change().what())
                .toList();
    }

    @Test
    default void isEmptyAtFirst() throws IOException {
        assertThat(open().servers()).isEmpty();
        assertThat(open().things("lab")).isEmpty();
        assertThat(open().changes("lab", null, 0, 10)).isEmpty();
        open().forget("lab");
    }

    @Test
    default void givesBackWhatWasSeenLastOfEachServer() throws IOException {
        open().save(round("lab", List.of(guest("101", "a"), guest("102", "b")), List.of()));
        open().save(round("far", List.of(guest("101", "c")), List.of()));
        open().save(round("lab", List.of(guest("102", "d")), List.of(guest("101", "a"))));

        assertThat(open().things("lab")).containsExactly(guest("102", "d"));
        assertThat(open().things("far")).containsExactly(guest("101", "c"));
        assertThat(open().servers())
                .containsExactlyInAnyOrder(
                        new ServerRow("lab", NOW, "9.0.3"), new ServerRow("far", NOW, "9.0.3"));
    }

    @Test
    default void givesTheLatestChangesFirstAndPageByPage() throws IOException {
        open().save(
                        round(
                                "lab",
                                List.of(),
                                List.of(),
                                change("101", "state"),
                                change("102", "name"),
                                change("101", "tags")));

        assertThat(whats(open(), "guest/101")).containsExactly("tags", "state");
        InventoryStore.PlacedChange latest = open().changes("lab", null, 0, 1).getFirst();
        assertThat(latest.change()).isEqualTo(change("101", "tags"));
        assertThat(open().changes("lab", null, latest.place(), 10))
                .extracting(it -> it.change().what())
                .containsExactly("name", "state");
        assertThat(open().changes("far", null, 0, 10)).isEmpty();
    }

    @Test
    default void keepsAsManyChangesAndForAsLongAsItIsTold() throws IOException {
        InventoryStore store = open();
        store.save(
                round(
                        "lab",
                        List.of(),
                        List.of(),
                        change("1", "a"),
                        change("1", "b"),
                        change("1", "c"),
                        change("1", "d")));
        assertThat(whats(store, "guest/1")).containsExactly("d", "c", "b");

        Instant later = NOW.plus(Duration.ofDays(1));
        store.save(
                new Round(
                        new ServerRow("lab", later, "9.0.3"),
                        List.of(),
                        List.of(),
                        List.of(new Change(later, "guest/1", "e", "", "")),
                        later.minusSeconds(60),
                        3));
        assertThat(whats(store, "guest/1")).containsExactly("e");
    }

    @Test
    default void forgetsAServerWithAllThatItHad() throws IOException {
        open().save(round("lab", List.of(guest("1", "a")), List.of(), change("1", "a")));
        open().save(round("far", List.of(guest("1", "b")), List.of()));

        open().forget("lab");

        assertThat(open().things("lab")).isEmpty();
        assertThat(open().changes("lab", null, 0, 10)).isEmpty();
        assertThat(open().servers()).extracting(ServerRow::name).containsExactly("far");
    }
}
