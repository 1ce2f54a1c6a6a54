package dev.culvert.guest.approvals;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.guest.approvals.PendingFiles.Kept;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PendingFilesTest {
    private static final byte[] TURN = "the turn".getBytes(UTF_8);

    @TempDir private Path stateDir;

    static Approval approval(String id) {
        Instant asked = Instant.parse("2027-01-01T12:00:00.123Z");
        return new Approval(
                id,
                "t1",
                "c1",
                "write_file",
                "{\"path\":\"ä\\u0000\"}",
                "sha256:00",
                "sha256:11",
                null,
                "its default is ask",
                asked,
                asked.plusSeconds(900));
    }

    private static String id(char last) {
        return "ap_" + "a".repeat(21) + last;
    }

    private PendingFiles files() {
        return new PendingFiles(stateDir);
    }

    private Path folder() {
        return stateDir.resolve("approvals");
    }

    @Test
    void whatIsKeptIsFoundByTheNextProcess() throws IOException {
        files().save(approval(id('1')), TURN);
        files().save(approval(id('2')), TURN);
        files().save(approval(id('3')), TURN);
        Step claiming = new Step.Claiming("claim", "generation", "ada");
        files().step(id('2'), claiming);
        files().step(id('3'), new Step.Begun("bob"));

        List<Kept> kept = files().load();

        assertThat(kept)
                .extracting(Kept::approval)
                .containsExactly(approval(id('1')), approval(id('2')), approval(id('3')));
        assertThat(kept)
                .extracting(Kept::step)
                .containsExactly(Step.ASKING, claiming, new Step.Begun("bob"));
        assertThat(kept)
                .allSatisfy(it -> assertThat(it.turn()).isEqualTo(Unpooled.wrappedBuffer(TURN)));
    }

    @Test
    void onlyTheOwnerMayRead() throws IOException {
        files().save(approval(id('1')), TURN);
        files().step(id('1'), Step.ASKING);

        try (var all = Files.list(folder())) {
            assertThat(all)
                    .hasSize(2)
                    .allSatisfy(file ->
                            assertThat(
                                            PosixFilePermissions.toString(
                                                    Files.getPosixFilePermissions(file)))
                                    .isEqualTo("rw-------"));
        }
    }

    @Test
    void whatIsRemovedIsGone() throws IOException {
        files().save(approval(id('1')), TURN);
        files().step(id('1'), Step.ASKING);

        files().remove(id('1'));

        assertThat(folder()).isEmptyDirectory();
        assertThat(files().load()).isEmpty();
    }

    @Test
    void whatHasNoTurnOrIsUnfinishedMeansNothing() throws IOException {
        files().step(id('1'), new Step.Begun("ada"));
        Files.writeString(folder().resolve(id('2') + ".turn.new"), "half");

        assertThat(files().load()).isEmpty();
        assertThat(folder()).isEmptyDirectory();
    }

    @Test
    void aDamagedFileIsSetAside() throws IOException {
        files().save(approval(id('1')), TURN);
        files().save(approval(id('2')), TURN);
        Files.write(folder().resolve(id('1') + ".turn"), new byte[] {1, 2, 3});
        files().step(id('2'), Step.ASKING);
        Files.writeString(folder().resolve(id('2') + ".step"), "x");

        assertThat(files().load()).isEmpty();

        assertThat(folder().resolve("damaged")).exists();
        assertThat(files().load()).isEmpty();
    }

    @Test
    void aFileOfAnotherApprovalIsSetAside() throws IOException {
        files().save(approval(id('1')), TURN);
        Files.move(folder().resolve(id('1') + ".turn"), folder().resolve(id('2') + ".turn"));

        assertThat(files().load()).isEmpty();
    }

    @Test
    void anyChangedByteIsFound() throws IOException {
        files().save(approval(id('1')), TURN);
        byte[] good = Files.readAllBytes(folder().resolve(id('1') + ".turn"));
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 1;
            assertThatThrownBy(() -> PendingFiles.read(bad, Step.ASKING))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void theInstancesAreThoseOfAllProcessesSinceTheOldestTurnThatIsKept() throws IOException {
        assertThat(files().instances("i1", false)).isEmpty();
        assertThat(files().instances("i2", true)).containsExactly("i1");
        assertThat(files().instances("i3", true)).containsExactly("i1", "i2");
        assertThat(files().instances("i4", false)).isEmpty();
        assertThat(files().instances("i5", true)).containsExactly("i4");
        for (int i = 0; i < 30; i++) {
            files().instances("j" + i, true);
        }
        assertThat(files().instances("last", true)).hasSize(16).endsWith("j28", "j29");
    }

    @Test
    void withoutAStateDirectoryNothingIsKept() throws IOException {
        PendingFiles none = new PendingFiles(null);
        none.save(approval(id('1')), TURN);
        none.step(id('1'), Step.ASKING);
        none.remove(id('1'));

        assertThat(none.load()).isEmpty();
        assertThat(none.instances("i1", true)).isEmpty();
        assertThat(none.keep()).isFalse();
    }
}
