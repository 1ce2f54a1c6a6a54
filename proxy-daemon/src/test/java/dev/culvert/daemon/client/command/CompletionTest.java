package dev.culvert.daemon.client.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The scripts, bash's in a real bash with a command that stands in for culvert. */
class CompletionTest {
    @TempDir private Path folder;

    private String complete(String line) throws IOException, InterruptedException {
        Path script =
                Files.writeString(folder.resolve("script"), BashCompletion.of(Culvert.spec()));
        Path command =
                Files.writeString(
                        folder.resolve("culvert"),
                        "#!/bin/sh\necho \"$@\" >> "
                                + folder.resolve("calls")
                                + "\necho web-1 web-2 api\n");
        Files.setPosixFilePermissions(command, PosixFilePermissions.fromString("rwx------"));
        String program =
                """
                PATH=%s:$PATH
                . %s
                COMP_LINE='%s'
                read -r -a COMP_WORDS <<< "$COMP_LINE"
                [[ $COMP_LINE != *' ' ]] || COMP_WORDS+=('')
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                _culvert
                echo "${COMPREPLY[*]}"
                """
                        .formatted(folder, script, line);
        Process bash =
                new ProcessBuilder(List.of("bash", "-c", program))
                        .redirectErrorStream(true)
                        .start();
        String out = new String(bash.getInputStream().readAllBytes(), UTF_8);
        assertThat(bash.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return out.strip();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    culvert agen                          | agents
                    culvert agents s                      | show
                    culvert agents show w                 | web-1 web-2
                    culvert --output json agents show w   | web-1 web-2
                    culvert stream a                      | api
                    culvert stream web-1 a                | ''
                    culvert agents list --st              | --state
                    culvert agents --output j             | json jsonl
                    culvert completion f                  | fish
                    culvert turns cancel                  | cancel
                    """)
    void completes(String line, String expected) throws Exception {
        assertThat(complete(line)).isEqualTo(expected);
    }

    @Test
    void asksTheDaemonThatTheLineNames() throws Exception {
        complete("culvert --context prod ping w");

        assertThat(folder.resolve("calls"))
                .hasContent("agents --output name --timeout 1s --context prod");
    }

    @Test
    void fishGetsAllVerbs() {
        assertThat(FishCompletion.of(Culvert.spec()))
                .contains(
                        "complete -c culvert -n '__culvert_begins agents' -a show -d ",
                        "complete -c culvert -n '__culvert_begins ping' -a '(__culvert_names agents)'",
                        "complete -c culvert -n '__culvert_is agents list' -l state -x -d ");
    }

    @Test
    void zshGetsItsBridgeToBash() {
        assertThat(BashCompletion.forZsh(Culvert.spec()))
                .startsWith("#compdef culvert\n")
                .contains("bashcompinit");
    }
}
