package dev.culvert.guest.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who the agent is where it dials in.
 *
 * @param token that culvert enroll made; only the environment and the file have it, because
 *     everybody can see the flags of a process
 * @param tokenFile contains it instead; {@code -} is standard input
 * @param name the id that it would like; empty for that of the token, or the hostname
 * @param generationFile contains the generation id of the virtual machine
 */
public record IdentitySettings(
        Optional<String> token,
        Optional<Path> tokenFile,
        Optional<String> name,
        Optional<Path> generationFile) {
    public static final IdentitySettings DEFAULTS =
            new IdentitySettings(
                    Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** Standard input. */
    public static final Path STDIN = Path.of("-");

    private static final Kind<String> NAME =
            Kind.matching(
                    Pattern.compile("[A-Za-z0-9._-]{1,64}"),
                    "1 to 64 of A-Z, a-z, 0-9, dot, underscore and hyphen");

    public IdentitySettings {
        Check.that(
                token.isEmpty() || tokenFile.isEmpty(),
                "join_token_file",
                tokenFile.map(Path::toString).orElse(""),
                "join_token is set, too: an agent takes one of the two");
    }

    static IdentitySettings read(Section in) {
        return new IdentitySettings(
                in.find("join_token", Kind.TEXT.secret()),
                in.find("join_token_file", Kind.PATH),
                in.find("name", NAME),
                in.find("vm_generation_file", Kind.PATH));
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "name " + name.orElse("not set");
    }
}
