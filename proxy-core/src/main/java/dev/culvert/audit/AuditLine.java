package dev.culvert.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.io.Quoted;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A line of the log, without its end.
 *
 * @param number counted from 1
 * @param before the hash of the line before; that of {@link Head#NONE} for the first one
 * @param head its own number and hash
 */
record AuditLine(long number, String before, Head head) {
    /** No line is longer: each member is cut, and a character takes at most six bytes. */
    static final int LONGEST = 16 * 1024;

    /** Long enough for the members that make the chain. */
    private static final int BEGINNING = 128;

    private static final Pattern CHAIN =
            Pattern.compile("\\{\"n\":([1-9][0-9]{0,17}),\"prev\":\"([0-9a-f]{64})\",.*");

    private static final JsonFactory JSON = new JsonFactory();

    /**
     * The line that comes after {@code last}.
     *
     * @param cut how many bytes of an unfinished line stood there before
     */
    static byte[] write(Head last, AuditEntry entry, long cut) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeNumberField("n", last.number() + 1);
            json.writeStringField("prev", last.hash());
            json.writeStringField("at", entry.at().toString());
            json.writeStringField("who", Quoted.word(entry.who()));
            json.writeStringField("turn", Quoted.word(entry.turn()));
            json.writeStringField("tool", Quoted.word(entry.tool()));
            if (entry.rule() != null) {
                json.writeStringField("rule", Quoted.word(entry.rule()));
            }
            json.writeStringField("policy", Quoted.word(entry.policy()));
            json.writeStringField("arguments", Quoted.word(entry.arguments()));
            json.writeStringField("outcome", Quoted.word(entry.outcome()));
            json.writeNumberField("waited_ms", entry.waited().toMillis());
            if (cut > 0) {
                json.writeNumberField("unfinished_bytes_before", cut);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory has no trouble
        }
        return out.toByteArray();
    }

    /** Null for bytes that are no line of an audit log. */
    static @Nullable AuditLine read(byte[] line) {
        if (line.length > LONGEST || !isObject(line)) {
            return null;
        }
        String beginning = new String(line, 0, Math.min(line.length, BEGINNING), US_ASCII);
        Matcher chain = CHAIN.matcher(beginning);
        if (!chain.matches()) {
            return null;
        }
        long number = Long.parseLong(chain.group(1));
        return new AuditLine(number, chain.group(2), new Head(number, hash(line)));
    }

    /** Whether the line is one JSON object: a line whose end is gone contains two. */
    private static boolean isObject(byte[] line) {
        try (JsonParser json = JSON.createParser(line)) {
            return json.nextToken() == JsonToken.START_OBJECT
                    && json.skipChildren().currentToken() == JsonToken.END_OBJECT
                    && json.nextToken() == null;
        } catch (IOException _) {
            return false;
        }
    }

    static String hash(byte[] line) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(line));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The digest of the arguments of a call, as the log and an approval have it. */
    static String digest(String arguments) {
        return "sha256:" + hash(arguments.getBytes(UTF_8));
    }
}
