package dev.culvert.daemon.client.settings;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.policy.BadPolicyException;
import dev.culvert.policy.Level;
import dev.culvert.policy.Policy;
import dev.culvert.policy.PolicyFile;
import dev.culvert.policy.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The policies that are in force together for the tools on this machine. The strictest decides, so
 * each can only narrow what the others allow.
 *
 * @param guard what no tool may touch, whatever the others say
 * @param host the machine's, which its administrator writes
 * @param project only of what the user trusts is it enough that it allows something
 * @param isTrusted whether the user trusts the project as it is
 */
public record Layers(
        Guard guard,
        Optional<PolicyFile> host,
        Optional<PolicyFile> project,
        Optional<PolicyFile> user,
        boolean isTrusted) {
    /** The machine's policy for tools. */
    static final Path HOST = Path.of("/etc/culvert/policy.jsonc");

    /* A program of a project with such a name is asked about all the same: ask beats allow. */
    private static final String CAUTION =
            """
            {"default": "ask", "rules": [
              {"name": "reading", "decision": "allow", "access": ["read", "list"],
               "allowed_paths": ["."]},
              {"name": "changes", "decision": "ask", "access": ["write"], "allowed_paths": ["."],
               "reason": "nobody has allowed it without asking"},
              {"name": "looking", "decision": "allow",
               "tools": ["status", "find", "read", "check", "diagnose", "report", "plan"]},
              {"name": "programs", "decision": "ask", "command": [], "shell": true,
               "network": true, "reason": "nobody has allowed it without asking"}]}
            """;

    /**
     * That of a project and its user, where the project is trusted and the machine has none.
     *
     * @param user of the user's own settings
     */
    public static Policy policy(Project project, Optional<PolicyFile> user) {
        return new Layers(Guard.NONE, Optional.empty(), project.file(), user, true).policy();
    }

    static Layers of(Project project, Optional<PolicyFile> user, Guard guard, boolean isTrusted)
            throws UsageException {
        return new Layers(
                guard, SettingsFile.find(Level.HOST, HOST), project.file(), user, isTrusted);
    }

    /** All of them. */
    public Policy policy() {
        List<PolicyFile> files = new ArrayList<>();
        files.add(builtIn("the built-in guard", guard.text()));
        if (isCautious()) {
            files.add(builtIn("the built-in caution", CAUTION));
        }
        host.ifPresent(files::add);
        project.ifPresent(files::add);
        user.ifPresent(files::add);
        return Policy.of(files);
    }

    /**
     * Whether changes and programs are asked about whatever the project allows: unless the user has
     * a policy, or trusts the project's.
     */
    public boolean isCautious() {
        return !decides(user) && !(isTrusted && decides(project));
    }

    /** What a person should know of them at the start; empty for nothing. */
    public String note() {
        if (decides(project) && isCautious()) {
            return "this project's policy is not trusted yet, so changes and programs are asked"
                    + " about whatever it allows: culvert policy trust shows it";
        }
        return "";
    }

    /* A file without rules allows everything only if it says so. */
    private static boolean decides(Optional<PolicyFile> file) {
        return file.filter(it ->
                        !it.rules().isEmpty()
                                || it.byDefault() != Verdict.ALLOW
                                || Allowing.VERSIONS.contains(it.version()))
                .isPresent();
    }

    private static PolicyFile builtIn(String name, String text) {
        return read(Level.BUILT_IN, name, text);
    }

    private static PolicyFile read(Level level, String name, String text) {
        try {
            return PolicyFile.read(level, name, text);
        } catch (BadPolicyException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Files without rules that allow everything. */
    private static final class Allowing {
        private static final Set<String> VERSIONS =
                Set.of(
                        read(Level.USER, "all", "{\"default\": \"allow\"}").version(),
                        read(Level.USER, "all", "{\"default\": \"allow\", \"rules\": []}")
                                .version());
    }
}
