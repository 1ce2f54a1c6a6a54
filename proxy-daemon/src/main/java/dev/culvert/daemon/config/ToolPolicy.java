package dev.culvert.daemon.config;

import dev.culvert.io.FileTrouble;
import dev.culvert.policy.BadPolicyException;
import dev.culvert.policy.Level;
import dev.culvert.policy.PolicyFile;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Node;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A policy file that the settings name. It is read with them, so one with a mistake keeps the
 * daemon from starting, and a reload changes nothing then.
 *
 * @param json its text, as agents get it
 */
public record ToolPolicy(Path file, PolicyFile rules, String json) {

    static Kind<ToolPolicy> kind(Level level) {
        return Kind.of(
                "the path of a policy file",
                node -> path(node).map(file -> read(level, file)),
                policy -> Node.quote(policy.file.toString()));
    }

    private static Optional<Path> path(Node node) {
        return node instanceof Node.Scalar scalar
                        && (scalar.form() == Node.Form.PLAIN || scalar.form() == Node.Form.STRING)
                ? Optional.of(Path.of(scalar.text()))
                : Optional.empty();
    }

    private static ToolPolicy read(Level level, Path file) {
        try {
            String text = PolicyFile.text(file);
            PolicyFile rules = PolicyFile.read(level, file.toString(), text);
            return new ToolPolicy(file, rules, PolicyFile.strict(text));
        } catch (BadPolicyException e) {
            throw new IllegalArgumentException(
                    "the policy is not applied: "
                            + String.join("; ", e.mistakes())
                            + "; 'culvert policy test --level "
                            + level.word()
                            + " FILE' checks it",
                    e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read: " + FileTrouble.why(e), e);
        }
    }

    public Level level() {
        return rules.level();
    }
}
