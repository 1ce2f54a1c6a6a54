package dev.culvert.daemon.client.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.OutputListener;
import dev.culvert.daemon.client.output.Terminal;
import dev.culvert.value.Value;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ScriptTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<List<String>> ran = new ArrayList<>();
    private Catalogue catalogue = Catalogues.ALL;
    @TempDir private Path folder;

    private final class Recorded implements Commands {
        @Override
        public Catalogue catalogue() {
            return catalogue;
        }

        @Override
        public int run(Surroundings around, OutputListener listener, List<String> words) {
            ran.add(words);
            if (words.getFirst().equals("agents")) {
                listener.result(
                        Value.of(List.of(Value.members("id", "web-1"), Value.members("id", "db"))));
            }
            if (words.contains("remove")) {
                listener.ranAs("7f3a11aa");
            }
            around.out().println("ran " + String.join(" ", words));
            return words.contains("fails") ? ExitCode.NOT_FOUND : ExitCode.OK;
        }
    }

    private final List<Mode> modes = new ArrayList<>();

    private int run(Options options, boolean keepGoing, String... lines) throws IOException {
        Surroundings around =
                new Surroundings(
                        Map.of(),
                        new ByteArrayInputStream(new byte[0]),
                        new PrintWriter(out),
                        new PrintWriter(err),
                        new Surroundings.Place(Path.of("/"), List.of(), Terminal.NONE, _ -> {}));
        Output output = new Output(around.out(), around.err(), Format.TABLE, false, Terminal.NONE);
        return new Script(
                        around,
                        output,
                        options,
                        new Recorded(),
                        _ -> List.of("web-1"),
                        (_, _, mode) -> {
                            modes.add(mode.get());
                            throw new IOException("no agent here");
                        })
                .run(
                        List.of(lines).stream().map(it -> new Script.Step("", it)).toList(),
                        keepGoing);
    }

    private static Options options(Mode mode) {
        return new Options(List.of(), "", mode, false, false, false);
    }

    private int run(Mode mode, String... lines) throws IOException {
        return run(options(mode), false, lines);
    }

    @Test
    void commandsRunUntilOneFails() throws IOException {
        assertThat(run(Mode.APPLY, "/status", "agents show fails", "status"))
                .isEqualTo(ExitCode.NOT_FOUND);
        assertThat(ran).containsExactly(List.of("status"), List.of("agents", "show", "fails"));
    }

    @Test
    void withKeepGoingAllRunAndTheFirstFailureCounts() throws IOException {
        assertThat(run(options(Mode.APPLY), true, "agents show fails", "nonsense --x", "status"))
                .isEqualTo(ExitCode.NOT_FOUND);
        assertThat(ran).hasSize(2);
    }

    @Test
    void whatIsAboveTheModeIsRefusedWithASentence() throws IOException {
        assertThat(run(Mode.PLAN, "agents add x --address y")).isEqualTo(ExitCode.REFUSED);
        assertThat(run(Mode.READ, "context use a")).isEqualTo(ExitCode.REFUSED);
        assertThat(run(Mode.READ, "!touch x")).isEqualTo(ExitCode.USAGE);
        assertThat(run(Mode.READ, "log-level debug")).isEqualTo(ExitCode.REFUSED);
        assertThat(ran).isEmpty();
        assertThat(err.toString())
                .contains(
                        "'agents add' changes something, and the mode plan allows only reading, changes"
                                + " of your own files, and dry runs: /mode apply changes it");

        assertThat(
                        run(
                                Mode.READ,
                                "log-level",
                                "fleet import --dry-run",
                                "/mode plan",
                                "context use a"))
                .isEqualTo(ExitCode.OK);
        assertThat(ran).hasSize(3);
    }

    @Test
    void anAgentOfAScriptPlansUntilAModeIsChosen() throws IOException {
        Options usual = new Options(List.of(), "", Mode.APPLY, true, false, false);

        run(usual, true, "/use web-1", "hello", "/mode apply", "hello", "/mode plan", "hello");

        assertThat(modes).containsExactly(Mode.PLAN, Mode.APPLY, Mode.PLAN);
    }

    @Test
    void whatTheDaemonHasNotDescribedCountsAsAChange() throws IOException {
        catalogue =
                new Catalogue(
                        List.of(Catalogues.entry("new thing", Effect.CHANGE, List.of())), false);

        assertThat(run(Mode.PLAN, "new thing")).isEqualTo(ExitCode.REFUSED);
        assertThat(err.toString()).contains("the daemon has not said what it does");
    }

    @Test
    void nothingIsTakenAwayWithoutYes() throws IOException {
        assertThat(run(Mode.APPLY, "agents remove web-1")).isEqualTo(ExitCode.REFUSED);
        assertThat(ran).isEmpty();
        assertThat(err.toString()).contains("add --yes if it is meant");

        assertThat(
                        run(
                                new Options(List.of(), "", Mode.APPLY, false, false, true),
                                false,
                                "agents remove web-1"))
                .isEqualTo(ExitCode.OK);
        assertThat(ran).containsExactly(List.of("agents", "remove", "web-1"));
    }

    @Test
    void aDryRunChangesNothing() throws IOException {
        Options dry = new Options(List.of(), "", Mode.APPLY, false, true, true);

        assertThat(run(dry, false, "agents remove 'web 1'", "fleet import", "status", "hello"))
                .isEqualTo(ExitCode.OK);
        assertThat(ran).containsExactly(List.of("fleet", "import", "--dry-run"), List.of("status"));
        assertThat(err.toString())
                .contains("would run: culvert agents remove 'web 1'")
                .contains("would say to the agent: hello");
    }

    @Test
    void flagsForEveryCommandComeAfterTheVerbUnlessTheLineHasThem() throws IOException {
        Options options =
                new Options(List.of("--url=http://a"), "json", Mode.APPLY, false, false, false);

        run(options, false, "agents list", "agents list -o table", "status --url http://b");

        assertThat(ran)
                .containsExactly(
                        List.of("agents", "--url=http://a", "--output=json", "list"),
                        List.of("agents", "--url=http://a", "list", "-o", "table"),
                        List.of("status", "--output=json", "--url", "http://b"));
    }

    @Test
    void theLastResultAndItsPartsCanBeUsed() throws IOException {
        assertThat(run(Mode.APPLY, "agents list", "agents show $_.1.id")).isEqualTo(ExitCode.OK);
        assertThat(ran.getLast()).containsExactly("agents", "show", "db");
        assertThat(run(Mode.APPLY, "agents show $_.x")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("$_ is empty");
        assertThat(
                        run(
                                Mode.APPLY,
                                "agents",
                                "!test \"$CULVERT_LAST\" = '[{\"id\":\"web-1\"},{\"id\":\"db\"}]'"))
                .isEqualTo(ExitCode.OK);
    }

    @Test
    void aRunIsShownByTheBeginOfItsId() throws IOException {
        Options yes = new Options(List.of(), "", Mode.APPLY, false, false, true);

        run(yes, false, "agents remove web-1", "/op 7f3a", "/op 99");

        assertThat(ran.subList(1, 3))
                .containsExactly(List.of("op", "7f3a11aa"), List.of("op", "99"));
    }

    @Test
    void outWritesToAFileThatOnlyItsOwnerMayRead() throws IOException {
        Path file = folder.resolve("out.txt");

        assertThat(run(Mode.APPLY, "/out " + file, "status", "!echo hi", "/out off", "agents"))
                .isEqualTo(ExitCode.OK);

        assertThat(file).hasContent("ran status\nhi");
        assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
        assertThat(out.toString()).contains("ran status", "hi", "ran agents");
    }

    @Test
    void theShellsExitCodeIsThatOfTheLine() throws IOException {
        assertThat(run(Mode.PLAN, "!exit 9", "status")).isEqualTo(9);
        assertThat(ran).isEmpty();
    }

    @Test
    void anAgentIsChosenByNameAndIsNeededToTalk() throws IOException {
        assertThat(run(Mode.APPLY, "hello")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("no agent is in use");
        assertThat(run(Mode.APPLY, "/use wbe-1")).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(err.toString()).contains("there is no agent 'wbe-1'; did you mean web-1?");
        assertThat(run(Mode.APPLY, "/use web-1", "hello")).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("no agent here");
    }

    @Test
    void helpListsCommandsAndDescribesOne() throws IOException {
        assertThat(run(Mode.READ, "/help", "/help agents show", "/help watch"))
                .isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .contains("/agents show", "Does agents show", "/watch SECONDS COMMAND…");
        assertThat(ran).containsExactly(List.of("agents", "show", "--help"));
    }

    @Test
    void quitEndsTheScript() throws IOException {
        assertThat(run(Mode.APPLY, "/quit", "status")).isEqualTo(ExitCode.OK);
        assertThat(ran).isEmpty();
    }

    @Test
    void whatNeedsATerminalSaysSo() throws IOException {
        assertThat(run(Mode.APPLY, "/edit")).isEqualTo(ExitCode.USAGE);
        assertThat(run(Mode.APPLY, "/watch 1 agents remove x")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .contains("/edit needs a terminal", "repeats only what changes nothing");
    }

    @Test
    void aFileHasALineForEachStep() {
        assertThat(Script.steps("f", "# first\n\nstatus\nagents \\\n  list\n  # x\nlast\\"))
                .containsExactly(
                        new Script.Step("f:3", "status"),
                        new Script.Step("f:4", "agents    list"),
                        new Script.Step("f:7", "last "));
    }
}
