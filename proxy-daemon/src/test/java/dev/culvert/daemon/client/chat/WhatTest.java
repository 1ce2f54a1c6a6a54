package dev.culvert.daemon.client.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.policy.Action;
import dev.culvert.policy.Action.Access;
import dev.culvert.value.Value;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class WhatTest {
    private static final Value ARGUMENTS = Value.members("service", "a\nb");

    private static Action command(String tool, boolean network, String folder, String... argv) {
        return new Action.Command(tool, List.of(argv), Path.of(folder), network, List.of());
    }

    @Test
    void aToolOfTheProjectIsShownWithAllOfItsArguments() {
        ToolCall call = new ToolCall("c", "deploy", ARGUMENTS);
        Action action = command("deploy", true, "", ".culvert/tools/deploy");

        assertThat(What.of(call, action))
                .isEqualTo(
                        "run .culvert/tools/deploy with the network and the arguments"
                                + " {\"service\":\"a\\nb\"}");
        assertThat(What.always(call, action)).isEqualTo("always with these arguments");
    }

    @Test
    void aCommandIsShownWithItsFolder() {
        ToolCall call = new ToolCall("c", "run_command", ARGUMENTS);
        Action action = command("run_command", false, "src/a b", "make", "-j4");

        assertThat(What.of(call, action)).isEqualTo("run make -j4 in src/a b");
        assertThat(What.always(call, action)).isEqualTo("always this command");
    }

    @Test
    void nothingOfALongCommandIsLeftOut() {
        String word = "x".repeat(50_000);
        Action action = command("run_command", false, "", "echo", word + " ; rm -rf /");

        assertThat(What.of(new ToolCall("c", "run_command", ARGUMENTS), action))
                .endsWith(word + " ; rm -rf /'");
    }

    @Test
    void aRealLineFeedDiffersFromOneThatIsWrittenOut() {
        ToolCall call = new ToolCall("c", "run_command", ARGUMENTS);

        assertThat(What.of(call, command("run_command", false, "", "echo", "a\nb", "a\\nb")))
                .isEqualTo("run echo 'a\\nb' 'a\\\\nb'");
        assertThat(What.of(call, new Action.File("read_file", "a\\n", Access.READ, 0)))
                .isEqualTo("read a\\\\n (read_file)");
    }

    @Test
    void aSearchIsShownWithWhatItLooksFor() {
        Value arguments = Value.members("path", "src", "pattern", "pass.*", "glob", "*.env");
        ToolCall call = new ToolCall("c", "search_files", arguments);
        Action action = new Action.File("search_files", "src", Access.LIST, 0);

        assertThat(What.of(call, action))
                .isEqualTo(
                        "list src (search_files) with the arguments"
                                + " {\"path\":\"src\",\"pattern\":\"pass.*\",\"glob\":\"*.env\"}");
        assertThat(What.always(call, action)).isEqualTo("always with these arguments");
    }

    @Test
    void nothingOfTheArgumentsOfAToolIsLeftOut() {
        Value arguments = Value.members("text", "x".repeat(5_000) + " the end");
        ToolCall call = new ToolCall("c", "send", arguments);

        assertThat(What.of(call, new Action.Tool("send"))).endsWith(" the end\"}");
    }

    @Test
    void aResultIsItsFirstLine() {
        assertThat(What.of(new ToolAnswer("c", true, "one\ntwo\u001b\n")))
                .isEqualTo("ok: one … (2 lines)");
        assertThat(What.of(new ToolAnswer("c", false, "no\u001b"))).isEqualTo("failed: no\\u001b");
    }
}
