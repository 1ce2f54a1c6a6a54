package dev.culvert.daemon.client.setup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.keys.KeySource;
import dev.culvert.daemon.client.keys.Keyring;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.OwnerOnly;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a token is to be kept. */
public sealed interface TokenPlace {
    /** A file of the user, whose mode is 0600. */
    record InFile() implements TokenPlace {}

    /** The keyring of the desktop. */
    record InKeyring() implements TokenPlace {}

    /** A variable that the user sets: nothing is kept. */
    record InVariable(String name) implements TokenPlace {}

    Pattern VARIABLE = Pattern.compile("env:([A-Za-z_][A-Za-z0-9_]{0,254})");

    /** Reads {@code file}, {@code keyring} or {@code env:NAME}. */
    static TokenPlace parse(String text) throws UsageException {
        Matcher variable = VARIABLE.matcher(text);
        if (variable.matches()) {
            return new InVariable(variable.group(1));
        }
        return switch (text) {
            case "file" -> new InFile();
            case "keyring" -> new InKeyring();
            default ->
                    throw new UsageException(
                            "--key takes file, keyring or env:NAME, where NAME is a variable");
        };
    }

    /**
     * Keeps the token there.
     *
     * @param name of the context
     * @param folder of the user's settings
     */
    default KeySource keep(String token, String name, Path folder, Keyring keyring)
            throws IOException {
        return switch (this) {
            case InVariable(String variable) -> new KeySource.InVariable(variable);
            case InKeyring _ -> {
                keyring.put(name, token);
                yield new KeySource.InKeyring(name);
            }
            case InFile _ -> {
                Path file = folder.resolve(name + ".token").toAbsolutePath().normalize();
                try {
                    OwnerOnly.write(file, UTF_8.encode(token + "\n"));
                } catch (IOException e) {
                    throw new IOException("the token was not kept: " + FileTrouble.of(e), e);
                }
                yield new KeySource.InFile(file);
            }
        };
    }
}
