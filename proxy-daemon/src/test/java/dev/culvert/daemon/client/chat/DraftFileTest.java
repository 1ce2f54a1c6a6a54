package dev.culvert.daemon.client.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.culvert.daemon.client.http.EventReader.Event;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DraftFileTest {
    @TempDir private Path folder;
    private final List<String> troubles = new ArrayList<>();

    private Path file() {
        return folder.resolve("abcdef.part");
    }

    private List<PastRound> read() throws IOException {
        try (DraftFile draft = DraftFile.open(file(), troubles::add)) {
            return PastRound.read(draft.entries());
        }
    }

    private static void write(DraftFile draft) {
        draft.request(true, "k1");
        draft.event(new Event("a.T:1", "chunk", "{\"content\":\"x\\n\"}"));
        draft.event(new Event("a.T:2", "tool_output", "{}"));
        draft.event(new Event("a.T:3", "done", "{}"));
        draft.begin(new ToolCall("c1", "t", Value.members()));
        draft.result(new ToolAnswer("c1", false, "no"));
        draft.request(false, "k2");
        draft.request(true, "k3");
        draft.event(new Event("a.U:1", "chunk", "{}"));
    }

    @Test
    void whatIsKeptCanBeReadByItsOwnerAlone() throws IOException {
        try (DraftFile draft = DraftFile.begin(file(), troubles::add)) {
            write(draft);
        }

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        List<PastRound> rounds = read();
        assertThat(rounds).extracting(PastRound::key).containsExactly("k1", "k3");
        assertThat(rounds).extracting(PastRound::isWhole).containsExactly(true, true);
        assertThat(rounds.getFirst().events())
                .containsExactly(
                        new Event("a.T:1", "chunk", "{\"content\":\"x\\n\"}"),
                        new Event("a.T:3", "done", "{}"));
        assertThat(rounds.getFirst().begun()).containsExactly("c1");
        assertThat(rounds.getFirst().results())
                .containsEntry("c1", new ToolAnswer("c1", false, "no"));
        assertThat(rounds.getLast().turn()).isEqualTo("a.U");
        assertThat(troubles).isEmpty();
    }

    @Test
    void aNewOneForgetsTheOld() throws IOException {
        try (DraftFile draft = DraftFile.begin(file(), troubles::add)) {
            write(draft);
        }
        DraftFile.begin(file(), troubles::add).close();

        assertThat(read()).isEmpty();
    }

    @Test
    void whatIsAddedAfterATornLineIsReadWithTheRest() throws IOException {
        try (DraftFile draft = DraftFile.begin(file(), troubles::add)) {
            write(draft);
        }
        Files.writeString(file(), "{\"event\":\"chu", StandardOpenOption.APPEND);
        try (DraftFile draft = DraftFile.open(file(), troubles::add)) {
            draft.entries();
            draft.event(new Event("a.U:2", "done", "{}"));
        }

        assertThat(read().getLast().events())
                .extracting(Event::id)
                .containsExactly("a.U:1", "a.U:2");
    }

    @Test
    void aFileThatSomebodyHasDamagedIsReadAsFarAsItGoes() throws IOException {
        try (DraftFile draft = DraftFile.begin(file(), troubles::add)) {
            write(draft);
        }
        byte[] whole = Files.readAllBytes(file());
        SplittableRandom random = new SplittableRandom(17);
        for (int i = 0; i < 300; i++) {
            byte[] damaged = whole.clone();
            for (int j = random.nextInt(4); j >= 0; j--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            Files.write(file(), damaged);
            assertThatCode(this::read).doesNotThrowAnyException();
        }
    }

    @Test
    void withoutRoomTheChatGoesOnAndSaysSoOnce() throws IOException {
        Files.createSymbolicLink(file(), Path.of("/dev/full"));
        try (DraftFile draft = DraftFile.open(file(), troubles::add)) {
            draft.request(true, "k1");
            draft.event(new Event("a.T:1", "chunk", "{}"));
        }

        assertThat(troubles).hasSize(1).first().asString().contains("No space left");
    }
}
