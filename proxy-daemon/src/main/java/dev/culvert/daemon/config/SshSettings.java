package dev.culvert.daemon.config;

import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The section {@code ssh}.
 *
 * @param programs the directory with OpenSSH's programs; empty for those in PATH
 */
public record SshSettings(Optional<Path> programs) {
    public static final SshSettings DEFAULTS = new SshSettings(Optional.empty());

    static SshSettings read(Section in) {
        return new SshSettings(in.find("programs", Kind.PATH));
    }

    /** How a program of that name is called. */
    public String program(String name) {
        return programs.map(at -> at.resolve(name).toString()).orElse(name);
    }
}
