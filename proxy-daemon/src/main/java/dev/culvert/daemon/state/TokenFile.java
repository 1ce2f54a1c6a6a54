package dev.culvert.daemon.state;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.auth.Grant;
import dev.culvert.daemon.auth.SecretHash;
import dev.culvert.daemon.auth.Token;
import dev.culvert.daemon.auth.TokenStore;
import dev.culvert.daemon.config.AuthSettings;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.OwnerOnly;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Section;
import dev.culvert.settings.Settings;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The tokens in {@code tokens.json}, without their secrets. */
/* The commands culvertd init and culvertd token write it while a daemon runs, so each change reads the file, and a lock
 * of the kernel on another file keeps two of them apart. */
final class TokenFile implements TokenStore {
    private static final JsonFactory JSON = new JsonFactory();
    private static final Kind<Instant> TIME =
            Kind.text("a time such as \"2026-11-29T18:00:00Z\"", TokenFile::time);
    private static final Kind<SecretHash> HASH =
            Kind.text("a SHA-256 of 64 digits from 0 to f", TokenFile::hash);

    private final Path file;
    private final Path lock;

    TokenFile(Path stateDirectory) {
        file = stateDirectory.resolve("tokens.json");
        lock = stateDirectory.resolve("tokens.lock");
    }

    @Override
    public boolean isKept() {
        return true;
    }

    @Override
    public synchronized List<Token> read() throws IOException {
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

    @Override
    public synchronized List<Token> change(UnaryOperator<List<Token>> change) throws IOException {
        try (FileChannel channel = OwnerOnly.open(lock);
                FileLock _ = channel.lock()) {
            OwnerOnly.giveToOwnerOfFolder(lock);
            List<Token> after = List.copyOf(change.apply(read()));
            OwnerOnly.write(file, UTF_8.encode(text(after)));
            OwnerOnly.giveToOwnerOfFolder(file);
            return after;
        } catch (NoSuchFileException e) {
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

    private static String text(List<Token> tokens) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeArrayFieldStart("tokens");
            for (Token token : tokens) {
                write(json, token);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.append('\n').toString();
    }

    private static void write(JsonGenerator json, Token token) throws IOException {
        Grant grant = token.grant();
        json.writeStartObject();
        json.writeStringField("id", token.id());
        json.writeStringField("name", grant.name());
        writeIf(json, "tenant", grant.tenant());
        writeList(json, "scopes", grant.scopes());
        writeList(json, "roles", grant.roles());
        writeIf(json, "rate", grant.limits().rate());
        writeIf(json, "bytes", grant.limits().bytes());
        json.writeNumberField("turns", grant.limits().turns());
        json.writeStringField("sha256", token.secret().hex());
        json.writeStringField("created", token.created().toString());
        writeIf(json, "expires", token.expires());
        writeIf(json, "revoked", token.revoked());
        Token.Former former = token.former();
        if (former != null) {
            json.writeStringField("former_sha256", former.secret().hex());
            json.writeStringField("former_until", former.until().toString());
        }
        json.writeEndObject();
    }

    private static void writeIf(JsonGenerator json, String key, @Nullable Object value)
            throws IOException {
        if (value != null) {
            json.writeStringField(key, value.toString());
        }
    }

    private static void writeList(JsonGenerator json, String key, Set<?> values)
            throws IOException {
        json.writeArrayFieldStart(key);
        for (String value : values.stream().map(Object::toString).sorted().toList()) {
            json.writeString(value);
        }
        json.writeEndArray();
    }
}
