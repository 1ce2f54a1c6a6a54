package dev.culvert.daemon.client.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Model.CommandSpec;

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
                read -r -a COMP_WORDS <<< '%s'
                [[ $COMP_LINE != *' ' ]] || COMP_WORDS+=('')
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                _culvert
                echo "${COMPREPLY[*]}"
                """
                        .formatted(folder, script, line, line.replaceAll("[=:]", " $0 "));
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
                    culvert tur                           | turns
                    culvert token r                       | rotate revoke
                    culvert token revoke a                | api
                    culvert config p                      | print
                    culvert config print --eff            | --effective
                    culvert turns list --agent w          | web-1 web-2
                    culvert turns list --agent=w          | web-1 web-2
                    culvert context use a                 | api
                    culvert context add a                 | ''
                    culvert explain a                     | api
                    culvert op a                          | api
                    culvert logs --op w                   | web-1 web-2
                    culvert agents list --state r         | ready
                    culvert agents list --state=un        | unreachable
                    culvert log-level link d              | debug
                    culvert --output=json agents sh       | show
                    culvert agents --output=ya            | yaml
                    culvert --color=                      | auto always never
                    culvert agents show --out             | --output
                    """)
    void completes(String line, String expected) throws Exception {
        assertThat(complete(line)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "culvert --context prod ping w, agents --output name --timeout 1s --context prod",
        "culvert --url=unix:///run/a.sock ping w, agents --output name --timeout 1s --url unix:///run/a.sock",
        "culvert turns show a, turns --output name --timeout 1s",
        "culvert token rotate a, token --output name --timeout 1s",
        "culvert context use a, context --output name --timeout 1s",
        "culvert --context a, context --output name --timeout 1s --context a"
    })
    void asksTheDaemonThatTheLineNames(String line, String call) throws Exception {
        complete(line);

        assertThat(folder.resolve("calls")).hasContent(call);
    }

    @Test
    void everyVerbAndEveryFlagOfItIsCompleted() throws Exception {
        for (Map.Entry<String, CommandSpec> each :
                Completions.commands(Culvert.spec()).entrySet()) {
            CommandSpec spec = each.getValue();
            if (!spec.subcommands().isEmpty()) {
                assertThat(complete(each.getKey() + " ").split(" "))
                        .as(each.getKey())
                        .containsExactlyElementsOf(Completions.verbs(spec));
            }
            assertThat(complete(each.getKey() + " --").split(" "))
                    .as(each.getKey())
                    .contains("--help", "--output")
                    .containsExactlyInAnyOrderElementsOf(Completions.flags(spec));
        }
    }

    @Test
    void fishGetsAllVerbs() {
        assertThat(FishCompletion.of(Culvert.spec()))
                .contains(
                        "complete -c culvert -n '__culvert_begins agents' -a show -d ",
                        "complete -c culvert -n '__culvert_begins ping' -a '(__culvert_names agents)'",
                        "complete -c culvert -n '__culvert_is agents list' -l state -x -a 'connecting ready unreachable draining quiesced' -d ");
    }

    @Test
    void zshGetsItsBridgeToBash() {
        assertThat(BashCompletion.forZsh(Culvert.spec()))
                .startsWith("#compdef culvert\n")
                .contains("bashcompinit");
    }
}
