package dev.culvert.daemon.api.sshkeys;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.sshkeys.PublicKeyLine;
import dev.culvert.daemon.sshkeys.SshKey;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Writes what clients are told of a key: never the private one. */
final class KeyJson {
    private KeyJson() {}

    static void write(JsonGenerator json, SshKey key) throws IOException {
        json.writeStartObject();
        writeMembers(json, key);
        json.writeEndObject();
    }

    static void writeMembers(JsonGenerator json, SshKey key) throws IOException {
        json.writeStringField("name", key.name());
        json.writeStringField("type", key.line().kind());
        json.writeNumberField("bits", key.line().bits());
        json.writeStringField("fingerprint", key.line().fingerprint());
        json.writeStringField("listed", key.line().listed());
        json.writeStringField("public_key", key.line().text());
        json.writeStringField("file", key.file().toString());
        json.writeStringField("made", key.made().truncatedTo(ChronoUnit.SECONDS).toString());
        writeFingerprint(json, "certificate", key.certificate());
        writeFingerprint(json, "former", key.former());
    }

    private static void writeFingerprint(
            JsonGenerator json, String name, Optional<PublicKeyLine> line) throws IOException {
        json.writeStringField(name, line.map(PublicKeyLine::fingerprint).orElse(null));
    }
}
