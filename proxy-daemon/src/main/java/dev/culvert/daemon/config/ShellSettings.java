package dev.culvert.daemon.config;

import dev.culvert.policy.Level;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The section {@code flows.shell}: programs that steps of flows run on this host.
 *
 * @param policy says which; empty if none runs
 * @param directory where they run and may write; empty for {@code work} below the state directory
 * @param commands how they are confined
 */
public record ShellSettings(
        Optional<ToolPolicy> policy, Optional<Path> directory, Confining commands) {

    public static final ShellSettings DEFAULTS =
            new ShellSettings(Optional.empty(), Optional.empty(), Confining.CONFINED);

    /** What happens where the kernel cannot confine what a program does to files. */
    public enum Confining {
        CONFINED,
        UNCONFINED
    }

    static ShellSettings read(Section in) {
        return new ShellSettings(
                in.find("policy", ToolPolicy.kind(Level.HOST)),
                in.find("directory", Kind.PATH),
                in.get("commands", Kind.choice(Confining.class), DEFAULTS.commands));
    }
}
