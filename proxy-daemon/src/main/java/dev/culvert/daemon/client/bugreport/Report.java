package dev.culvert.daemon.client.bugreport;

import dev.culvert.about.Version;
import dev.culvert.daemon.client.bugreport.Redactor.Redaction;
import dev.culvert.value.Value;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A report that is ready to be looked at and written.
 *
 * @param name of the folder in the archive
 * @param files without {@code MANIFEST.json}
 * @param meanings of the pseudonyms, which are not part of the archive
 */
public record Report(
        String name, Instant made, List<ReportFile> files, Map<String, String> meanings) {
    static final String MANIFEST = "MANIFEST.json";

    /**
     * A file of the archive.
     *
     * @param about what it is, for the summary
     */
    public record ReportFile(String path, String about, String text, boolean isCut) {
        byte[] bytes() {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        List<Redaction> redactions() {
            return Redactor.redactions(text);
        }
    }

    /** Writes the archive and, beside it, the map of pseudonyms. Both are for this user alone. */
    public void write(Path archive, Path map) throws IOException {
        try (OutputStream file = create(archive);
                ZipOutputStream zip = new ZipOutputStream(file, StandardCharsets.UTF_8)) {
            for (ReportFile each : all()) {
                ZipEntry entry = new ZipEntry(name + "/" + each.path());
                entry.setLastModifiedTime(FileTime.from(made));
                zip.putNextEntry(entry);
                zip.write(each.bytes());
                zip.closeEntry();
            }
        }
        try (OutputStream file = create(map)) {
            file.write(mapJson().getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The files of the archive in their order: the last one is {@code MANIFEST.json}. */
    private List<ReportFile> all() {
        List<ReportFile> all = new ArrayList<>(files);
        all.add(new ReportFile(MANIFEST, "", manifest(), false));
        return all;
    }

    /** Fails if it is there, and is nobody else's to read from the first moment. */
    private static OutputStream create(Path file) throws IOException {
        var mode =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Set<OpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        return Channels.newOutputStream(Files.newByteChannel(file, options, mode));
    }

    String manifest() {
        return Value.members(
                                "made",
                                made.toString(),
                                "by",
                                "culvert " + Version.text(),
                                "files",
                                Value.of(files.stream().map(Report::entry).toList()))
                        .prettyJson()
                + "\n";
    }

    private static Value entry(ReportFile file) {
        byte[] bytes = file.bytes();
        return Value.members(
                "path",
                file.path(),
                "bytes",
                bytes.length,
                "sha256",
                sha256(bytes),
                "cut",
                file.isCut(),
                "redactions",
                file.redactions().size());
    }

    private String mapJson() {
        Map<String, Value> members = new LinkedHashMap<>();
        meanings.forEach((pseudonym, meaning) -> members.put(pseudonym, Value.of(meaning)));
        return new Value.Members(members).prettyJson() + "\n";
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** What would be written, as data: each file, and each place where something was taken out. */
    public List<Value> contents() {
        return all().stream()
                .map(file ->
                        Value.members(
                                "path",
                                file.path(),
                                "bytes",
                                file.bytes().length,
                                "cut",
                                file.isCut(),
                                "redactions",
                                Value.of(
                                        file.redactions().stream()
                                                .map(it ->
                                                        Value.members(
                                                                "line", it.line(), "kind",
                                                                it.kind()))
                                                .toList())))
                .toList();
    }

    /** What went wrong, as the archive says it. */
    public String issue() {
        return files.stream()
                .filter(it -> it.path().equals("issue.md"))
                .map(ReportFile::text)
                .findFirst()
                .orElse("");
    }

    /** The same for people, with the pseudonyms. */
    public String preview() {
        StringBuilder text = new StringBuilder();
        for (ReportFile file : all()) {
            text.append(
                    "%8d  %s%s%n"
                            .formatted(
                                    file.bytes().length,
                                    file.path(),
                                    file.isCut() ? "  (cut)" : ""));
            for (Redaction redaction : file.redactions()) {
                text.append(
                        "          line %d: %s%n".formatted(redaction.line(), redaction.kind()));
            }
        }
        if (!meanings.isEmpty()) {
            text.append("%nPseudonyms, whose map is not part of the archive:%n".formatted());
            meanings.forEach((pseudonym, meaning) ->
                    text.append("          %s: %s%n".formatted(pseudonym, meaning)));
        }
        return text.toString();
    }
}
