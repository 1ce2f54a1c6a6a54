package dev.culvert.policy;

import java.nio.file.Path;
import java.util.List;

/** Policies and actions, written short. */
final class Written {
    private Written() {}

    static PolicyFile file(String text) {
        return file(Level.HOST, text);
    }

    static PolicyFile file(Level level, String text) {
        try {
            return PolicyFile.read(level, "p.jsonc", text);
        } catch (BadPolicyException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    /** Of rules without the outer braces. */
    static Policy rules(String... rules) {
        return Policy.of(List.of(file("{\"rules\": [" + String.join(",\n", rules) + "]}")));
    }

    static Verdict run(Policy policy, String command) {
        return policy.decide(command(command)).verdict();
    }

    static Action.Command command(String line) {
        return new Action.Command(
                "run_command", ShellWords.split(line), Path.of(""), false, List.of());
    }

    static Verdict read(Policy policy, String path) {
        return policy.decide(new Action.File("read_file", path, Action.Access.READ, 0)).verdict();
    }

    static Verdict write(Policy policy, String path, long bytes) {
        return policy.decide(new Action.File("write_file", path, Action.Access.WRITE, bytes))
                .verdict();
    }
}
