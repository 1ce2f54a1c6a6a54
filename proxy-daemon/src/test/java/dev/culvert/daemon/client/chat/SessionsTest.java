package dev.culvert.daemon.client.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.client.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionsTest {
    private static final Instant NOW = Instant.parse("2026-11-30T09:00:00Z");

    @TempDir private Path state;

    private Sessions of(String project) {
        return new Sessions(state, Path.of(project));
    }

    private static Saved said(Saved session, String text, Instant when) {
        Conversation conversation = new Conversation(session.messages());
        conversation.user(text);
        return session.with(conversation, when);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(state)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void oneIsKeptByItsProjectForItsOwnerAlone() throws IOException {
        Saved session = said(of("/p").begin("web-1", NOW), "hi", NOW.plusSeconds(1));

        of("/p").keep(session);

        assertThat(of("/p").find(session.id())).isEqualTo(session);
        assertThat(of("/other").all()).isEmpty();
        assertThat(files()).hasSize(1);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files().getFirst())))
                .isEqualTo("rw-------");
    }

    @Test
    void theLastUsedIsTheFirst() throws IOException {
        Saved old = said(of("/p").begin("a", NOW), "old", NOW);
        Saved young = said(of("/p").begin("b", NOW), "young", NOW.plusSeconds(60));
        of("/p").keep(young);
        of("/p").keep(old);

        assertThat(of("/p").all()).containsExactly(young, old);
        assertThat(of("/p").last(NOW)).contains(young);
        assertThat(of("/p").last(NOW.plusSeconds(60))).isEmpty();
        assertThat(young.summary().text("title")).isEqualTo("young");
    }

    @Test
    void thereIsAMostOfThem() throws IOException {
        Sessions sessions = of("/p");
        Saved first = said(sessions.begin("a", NOW), "first", NOW);
        sessions.keep(first);
        for (int i = 0; i < Sessions.MOST; i++) {
            sessions.keep(said(sessions.begin("a", NOW), "more", NOW.plusSeconds(1 + i)));
        }

        assertThat(sessions.all()).hasSize(Sessions.MOST).doesNotContain(first);
        assertThat(files()).hasSize(Sessions.MOST);
    }

    @Test
    void aDamagedOneKeepsNobodyFromTheOthers() throws IOException {
        Sessions sessions = of("/p");
        Saved good = said(sessions.begin("a", NOW), "good", NOW);
        sessions.keep(good);
        Path file = files().getFirst();
        Files.writeString(file.resolveSibling("aaaaaa.json"), "{\"id\":");
        Files.writeString(file.resolveSibling("bbbbbb.json"), "{\"id\":\"../../x\"}");

        assertThat(sessions.all()).containsExactly(good);
        assertThatThrownBy(() -> sessions.find("aaaaaa")).hasMessageContaining("remove it");
    }

    @Test
    void anIdThatThereIsNotIsAMistake() {
        for (String id : List.of("zzzzzz", "../x", "")) {
            assertThatThrownBy(() -> of("/p").find(id))
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("culvert chat --sessions");
        }
    }
}
