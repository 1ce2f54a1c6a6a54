package dev.culvert.guest;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.guest.config.IdentitySettings;
import dev.culvert.io.FileTrouble;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the token with which an agent joins for the first time. */
final class JoinToken {
    private static final int MOST_BYTES = 1024;
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

    private JoinToken() {}

    /** Null if none is set. Blocks: somebody may have to type it. */
    static @Nullable String read(IdentitySettings settings) throws IOException {
        String set = settings.token().orElse(null);
        Path file = settings.tokenFile().orElse(null);
        if (file == null) {
            return set == null ? null : checked("join_token", set);
        }
        try (InputStream in =
                file.equals(IdentitySettings.STDIN) ? System.in : Files.newInputStream(file)) {
            return checked("join_token_file", new String(in.readNBytes(MOST_BYTES), UTF_8));
        } catch (FileSystemException e) {
            throw new IOException(
                    "join_token_file is "
                            + file
                            + ": "
                            + FileTrouble.why(e)
                            + "; set --join-token-file to a file with the token that culvert enroll"
                            + " printed, or to - for standard input",
                    e);
        }
    }

    /** The token itself is never shown. */
    private static String checked(String key, String text) throws IOException {
        String token = text.strip();
        if (!TOKEN.matcher(token).matches()) {
            throw new IOException(
                    key
                            + ": that is no join token; culvert enroll prints one, which begins with"
                            + " cvj_");
        }
        return token;
    }
}
