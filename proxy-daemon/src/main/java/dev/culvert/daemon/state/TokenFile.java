package dev.culvert.daemon.state;

import dev.culvert.daemon.auth.Grant;
import dev.culvert.daemon.auth.SecretHash;
import dev.culvert.daemon.auth.Token;
import dev.culvert.daemon.config.AuthSettings;
import dev.culvert.io.FileTrouble;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Section;
import dev.culvert.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tokens in the file {@code tokens.json} of versions without a database, without their secrets.
 */
final class TokenFile {
    private static final Kind<Instant> TIME =
            Kind.text("a time such as \"2026-11-29T18:00:00Z\"", TokenFile::time);
    private static final Kind<SecretHash> HASH =
            Kind.text("a SHA-256 of 64 digits from 0 to f", TokenFile::hash);

    private final Path file;

    TokenFile(Path file) {
        this.file = file;
    }

    /** All of them; none if there never was one. Blocks. */
    List<Token> read() throws IOException {
        try {
            String text = Files.readString(file);
            return Settings.read(
                            List.of(Layer.text(file.toString(), text)),
                            in -> in.sections("tokens", TokenFile::token))
                    .value();
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (BadSettingsException e) {
            throw new IOException(
                    "%s is damaged, so nobody knows who may use the daemon: %s; restore it, or remove it and make new tokens with culvertd init"
                            .formatted(file, e.mistakes().getFirst()),
                    e);
        } catch (IOException e) {
            throw new IOException(FileTrouble.of(e), e);
        }
    }

    private static Token token(Section in) {
        String id = required("id", in.get("id", Kind.TEXT, ""));
        Grant grant =
                new Grant(
                        in.get("name", Kind.TEXT, ""),
                        in.find("tenant", Kind.TEXT).orElse(null),
                        Set.copyOf(in.list("scopes", AuthSettings.SCOPE, List.of())),
                        Set.copyOf(in.list("roles", Kind.TEXT, List.of())),
                        Grant.Limits.of(
                                in.find("rate", Kind.TEXT).orElse(null),
                                in.find("bytes", Kind.TEXT).orElse(null),
                                in.get("turns", Kind.INT, 0)));
        SecretHash secret = in.find("sha256", HASH).orElse(null);
        Instant created = in.get("created", TIME, Instant.EPOCH);
        Instant expires = in.find("expires", TIME).orElse(null);
        Instant revoked = in.find("revoked", TIME).orElse(null);
        SecretHash former = in.find("former_sha256", HASH).orElse(null);
        Instant until = in.find("former_until", TIME).orElse(null);
        return new Token(
                id,
                grant,
                required("sha256", secret),
                created,
                expires,
                revoked,
                former == null || until == null ? null : new Token.Former(former, until));
    }

    private static <T> T required(String key, @Nullable T value) {
        if (value == null || value.equals("")) {
            throw new IllegalArgumentException(key + " is missing");
        }
        return value;
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException _) {
            throw new NumberFormatException(text);
        }
    }

    private static SecretHash hash(String text) {
        try {
            return new SecretHash(text);
        } catch (IllegalArgumentException _) {
            throw new NumberFormatException(text);
        }
    }
}
